"""Statistical forms: regions × coded indicators as long tables, and the rules and totals that they print about themselves.

Ledgers with one record a row are none of this: contracts describe them.
"""

from expectations.forms.check import check_relations, check_totals
from expectations.forms.expression import Expression
from expectations.forms.long import LONG, long_table
from expectations.forms.rules import Relation, Rules, Unparsed, parse_relations, printed_rules
from expectations.forms.sections import section_counts
from expectations.forms.workbook import long_forms

__all__ = [
    "LONG",
    "Expression",
    "Relation",
    "Rules",
    "Unparsed",
    "check_relations",
    "check_totals",
    "long_forms",
    "long_table",
    "parse_relations",
    "printed_rules",
    "section_counts",
]
