"""What runs the heavy SQL: one dialect, DuckDB's, on the engine of the home's choice.

Whoever computes figures asks an ``Engine`` and knows no more of it; whatever is particular to one engine stays in here.
Which tables there are, and what the SQL means, does not belong here.
"""

from warehouse.engines.engine import Desk, Engine, Question, Unanswered

__all__ = ["Desk", "Engine", "Question", "Unanswered"]
