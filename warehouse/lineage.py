"""Which records a definition's SQL counts: the same statement, selecting the records instead of what is counted of them.

What a record's number is, and where its file lies, is found elsewhere (``trace``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.relations import Source, relations_in

if TYPE_CHECKING:
    import duckdb

RECORD = ("submission_id", "sheet", "row", "region_code", "period")
"""What tells a record from all others; of a statistical form also its ``cell``."""

Node = dict[str, Any]


def counted_records(
    connection: duckdb.DuckDBPyConnection, sql: str, sources: Mapping[str, Source]
) -> list[str]:
    """Statements that select ``dataset, as_of``, ``RECORD`` and ``cell`` of every record that ``sql`` counts.

    A plain select is rewritten: its conditions and joins stay, its groups are taken apart. For any other statement,
    all records of the relations it reads are meant: too many rather than too few.

    Args:
        connection: Any; nothing is read from it.
        sql: A definition's statement.
        sources: Facts by dataset.
    """
    tree = _tree(connection, sql)
    node = _node(tree)
    first = _first_table(node.get("from_table", {}))
    dataset = _dataset(first, sources) if first else None
    if first is None or dataset is None or _is_nested(node):
        return [
            f"select {_record(name, sources[name])} from {name}_{window}"  # noqa: S608 - names of contracts
            for name, window in sorted(relations_in(sql))
        ]
    record = _record(dataset, sources[dataset], f"{first['alias'] or first['table_name']}.")
    node |= {
        "select_list": _node(_tree(connection, f"select {record}"))["select_list"],
        "group_expressions": [],
        "group_sets": [],
    }
    [written] = connection.execute("select json_deserialize_sql(?::json)", [json.dumps(tree)]).fetchall()
    return [str(written[0])]


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Node:
    """The statement as DuckDB parses it."""
    [row] = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()
    tree: Node = json.loads(row[0])
    return tree


def _node(tree: Node) -> Node:
    """The select of the statement; empty where it is something else."""
    nodes: list[Node] = [statement["node"] for statement in tree.get("statements", ())]
    return next((node for node in nodes if node["type"] == "SELECT_NODE"), {})


def _is_nested(node: Node) -> bool:
    """Whether more than conditions and joins chooses the rows."""
    return bool(node["cte_map"]["map"] or node["having"] or node["qualify"] or node["modifiers"])


def _first_table(table: Node) -> Node | None:
    """The table that a statement begins with; what is joined to it only chooses among its rows."""
    while table.get("type") == "JOIN":
        table = table["left"]
    return table if table.get("type") == "BASE_TABLE" else None


def _dataset(table: Node, sources: Mapping[str, Source]) -> str | None:
    found = [name for name, _ in relations_in(f"from {table['table_name']}")]
    return found[0] if found and found[0] in sources else None


def _record(dataset: str, source: Source, of: str = "") -> str:
    there = source.every_column
    columns = ", ".join(f'{of}"{name}"' if name in there else f'null as "{name}"' for name in RECORD)
    cell = f"{of}cell" if "cell" in source.columns else "null::varchar as cell"
    return f"'{dataset}' as dataset, {of}as_of, {columns}, {cell}"
