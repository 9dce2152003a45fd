"""Answers to questions about what was loaded, for the terminal and Dagster alike."""
