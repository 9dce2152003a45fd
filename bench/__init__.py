"""Measurements: how fast the rooms are and what they hold in memory, against bare libraries on the same bytes."""
