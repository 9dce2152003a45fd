"""Reconciliations: a claim or a total held against evidence; YAML and the engine that compares."""

from expectations.reconciliations.engine import ReconciliationError, reconcile
from expectations.reconciliations.lint import lint_reconciliations
from expectations.reconciliations.model import Reconciliation, load_reconciliations

__all__ = [
    "Reconciliation",
    "ReconciliationError",
    "lint_reconciliations",
    "load_reconciliations",
    "reconcile",
]
