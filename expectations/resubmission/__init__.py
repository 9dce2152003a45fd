"""A submission against what it would replace: what changes, what its sender means by it, whether it may take force.

Pure functions over tables; which submissions are in force is asked elsewhere.
"""

from expectations.resubmission.compare import Comparison, compare, known_elsewhere
from expectations.resubmission.intent import intent_of, same_file
from expectations.resubmission.rule import Ruling, rule
from expectations.resubmission.told import is_instead, is_overtaken, told, told_overtaken, told_twice

__all__ = [
    "Comparison",
    "Ruling",
    "compare",
    "intent_of",
    "is_instead",
    "is_overtaken",
    "known_elsewhere",
    "rule",
    "same_file",
    "told",
    "told_overtaken",
    "told_twice",
]
