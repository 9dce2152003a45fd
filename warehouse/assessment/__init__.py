"""The assessment (考核): schemes, their rules, and the scores that come of observations."""

from warehouse.assessment.decisions import Decision, load_decisions
from warehouse.assessment.model import BUILT_IN, Scheme, load_schemes
from warehouse.assessment.score import Assessment, assess

__all__ = ["BUILT_IN", "Assessment", "Decision", "Scheme", "assess", "load_decisions", "load_schemes"]
