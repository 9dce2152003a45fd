"""The region tree as a relation: every region with each of its ancestors, itself included."""

TREE = """
create temp table tree as
with recursive current as (
    select region_code, level, parent_code, valid_to from regions
    qualify row_number() over (partition by region_code order by valid_from desc nulls last, valid_to desc nulls first) = 1
), up as (
    select region_code, region_code as ancestor, level, parent_code, valid_to from current
    union all
    select up.region_code, above.region_code, above.level, above.parent_code, up.valid_to
    from up join current above on above.region_code = up.parent_code
    where above.region_code <> up.region_code
)
select region_code, ancestor, level, valid_to from up;
"""
"""SQL that makes ``tree(region_code, ancestor, level, valid_to)`` from a ``regions`` table.

``level`` is the ancestor's, ``valid_to`` the region's own; of a code with several validities the latest counts.
"""

QUIET = "set enable_progress_bar = false"
"""For a working connection: nothing is printed where a load prints its own progress."""
