"""Anomalies: forensic tests that say where a visit is worth it, never what was done there."""

from expectations.anomalies.engine import detect

__all__ = ["detect"]
