"""The region tree as a relation: every region with each of its ancestors, itself included; and what lies in one region."""

_SPANS = """
spans as (
    select region_code, level, parent_code, successor, valid_from, valid_to,
        case when row_number() over own = 1 then '0000-00' else strftime(valid_from, '%Y-%m') end as since,
        coalesce(strftime(lead(valid_from) over own, '%Y-%m'), '9999-99') as until
    from regions window own as (partition by region_code order by valid_from nulls first, valid_to nulls last)
)"""

TREE = f"""
with recursive {_SPANS}, up as (
    select region_code, region_code as ancestor, level, parent_code, valid_from, valid_to, since, until from spans
    where since < until
    union all
    select up.region_code, above.region_code, above.level, above.parent_code, up.valid_from, up.valid_to,
        greatest(up.since, above.since), least(up.until, above.until)
    from up join spans above on above.region_code = up.parent_code
    where above.region_code <> up.region_code and greatest(up.since, above.since) < least(up.until, above.until)
)
select region_code, ancestor, level, valid_from, valid_to, since, until from up
"""  # noqa: S608 - fixed text
"""SQL of ``tree(region_code, ancestor, level, valid_from, valid_to, since, until)`` from a ``regions`` table.

``level`` is the ancestor's, ``valid_from`` and ``valid_to`` the region's own. A region lies in the ancestor in the months
from ``since`` to before ``until``. A code's first and last validity reach back and on without end, so that a month
always finds a record's region: that one is not in force is no reason to lose what it handed in.
"""

INSIDE = f"""
with recursive {_SPANS}, inside as (
    select $region::varchar as region_code, unnest($months::varchar[]) as month
    union
    select spans.region_code, month from spans join inside
    on (spans.parent_code = inside.region_code and month >= since and month < until)
    or (spans.successor = inside.region_code and month >= coalesce(strftime(spans.valid_to, '%Y-%m'), ''))
)
select region_code, month from inside order by all
"""  # noqa: S608 - fixed text
"""SQL for what lies in a region in months: ``(region_code, month)``, the region itself included; takes ``$region``, ``$months``.

A code that ended lies in its successor from the month of its end on, one that ended on no day in every month.
"""
