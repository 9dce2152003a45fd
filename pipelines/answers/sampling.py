"""Samples for field checks: records of a month drawn by chance, kept with their probabilities, listed for visitors."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.lock import PATIENCE, writing
from warehouse.codes import covering
from warehouse.guard import ask
from warehouse.sampling import Drawn, draw
from warehouse.schemas import SAMPLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Column, Contract
    from pipelines.home.site import Site

Level = Literal["county", "township", "village"]


@dataclass(frozen=True)
class Draw:
    """What is asked for.

    Attributes:
        dataset: Whose records.
        period: Month; records are drawn as they stood in it.
        n: How many.
        by: At which level strata are regions.
        weigh: ``equal``, ``anomalies``, or a numeric column of the dataset.
        seed: Whatever tells this draw from others.
        name: Its own; else made of the rest.
    """

    dataset: str
    period: str
    n: int
    by: Level = "county"
    weigh: str = "equal"
    seed: str = "1"
    name: str = ""

    @property
    def sample(self) -> str:
        """What it is called in tables."""
        return self.name or f"{self.dataset}-{self.period}-{self.weigh}-{self.n}-{self.seed}"


class SampleError(ValueError):
    """A draw that cannot be made; says why and what there is."""


def draw_sample(site: Site, asked: Draw) -> pa.Table:
    """Draw records of the last release and keep the draw; the same draw again gives the same rows.

    Returns:
        Rows of ``samples``.

    Raises:
        SampleError: No such dataset or column, no records, or a draw of that name was made of other records.
    """
    with site.connect_released() as connection:
        frame = _frame(connection, site, _contract(site, asked.dataset), asked.period, asked.weigh)
    if not frame.num_rows:
        raise SampleError(f"{asked.dataset} has no records that stand in {asked.period}")
    strata = [covering(code or "", asked.by) for code in frame["region_code"].to_pylist()]
    drawn = draw(strata, asked.n, f"{asked.dataset} {asked.period} {asked.seed}", _weights(frame))
    return _kept(site, asked.sample, _rows(asked, frame, strata, drawn))


def _rows(asked: Draw, frame: pa.Table, strata: Sequence[str], drawn: Drawn) -> pa.Table:
    sizes, own = Counter(strata), [strata[place] for place in drawn.places]
    taken = frame.take(pa.array(drawn.places))
    same = {
        "sample": asked.sample, "drawn_at": dt.datetime.now(dt.UTC), "dataset": asked.dataset,
        "period": asked.period, "seed": asked.seed, "weighed_by": asked.weigh, "result": None,
    }  # fmt: skip
    columns = {
        **{
            name: pa.repeat(pa.scalar(value, SAMPLES.field(name).type), len(own))
            for name, value in same.items()
        },
        **{name: taken[name] for name in ("region_code", "submission_id", "sheet", "row")},
        "stratum": pa.array(own),
        "stratum_size": pa.array([sizes[stratum] for stratum in own]),
        "number": pa.array(range(1, len(own) + 1)),
        "probability": pa.array(drawn.probabilities),
    }
    return pa.table([columns[name] for name in SAMPLES.names], schema=SAMPLES)


def _contract(site: Site, dataset: str) -> Contract:
    if dataset not in site.contracts:
        raise SampleError(f"no dataset {dataset}; there are: {', '.join(site.contracts)}")
    return site.contracts[dataset]


def _frame(
    connection: DuckDBPyConnection, site: Site, contract: Contract, period: str, weigh: str
) -> pa.Table:
    """The records that stand in a month, in an order of their own, each with what it weighs."""
    from expectations.contracts.sources import sources
    from warehouse.relations import with_relations

    numeric = [one.name for one in contract.columns if one.type in ("number", "integer")]
    if weigh not in ("equal", "anomalies", *numeric):
        raise SampleError(
            f"records of {contract.dataset} are weighed by equal, anomalies or one of: {', '.join(numeric)}"
        )
    size = f'coalesce("{weigh}", 0)' if weigh in numeric else "1"
    rows = f"select as_of, region_code, submission_id, sheet, row, {size}::double as weight from {contract.dataset}_as_of"  # noqa: S608 - a name of the contract
    shape = "select * exclude (as_of) from stated order by submission_id, sheet, row"
    frame = ask(connection, with_relations(rows, sources(site.contracts), shape), {"months": [period]})
    return frame if weigh != "anomalies" else _suspected(connection, frame, contract.dataset, period)


def _suspected(connection: DuckDBPyConnection, frame: pa.Table, dataset: str, period: str) -> pa.Table:
    """Records weigh 1, and 1 more for every anomaly of their village, township or county in that year."""
    counted = ask(
        connection,
        "select region_code, count(*) as n from anomalies where dataset = $dataset and left(period, 4) = $year group by all",
        {"dataset": dataset, "year": period[:4]},
    ).to_pylist()
    told = {row["region_code"]: row["n"] for row in counted}
    weights = [
        1.0 + sum(told.get(region, 0) for region in {code, code[:9] + "000", code[:6] + "000000"})
        for code in frame["region_code"].to_pylist()
    ]
    return frame.set_column(frame.schema.get_field_index("weight"), "weight", pa.array(weights))


def _weights(frame: pa.Table) -> list[float]:
    weights: list[float] = frame["weight"].to_pylist()
    if not any(weights):
        raise SampleError("every record weighs nothing; weigh them by equal")
    if min(weights) < 0:
        raise SampleError("some records weigh less than nothing; weigh them by another column")
    return weights


def _kept(site: Site, sample: str, rows: pa.Table) -> pa.Table:
    """The draw as it is kept; one that was made before stays as it is.

    Raises:
        SampleError: It was made of other records.
    """
    with writing(site.home, "sample", PATIENCE):
        if "samples" in site.store.tables():
            before = site.store.read("samples", where=pc.field("sample") == sample)
            if before.num_rows:
                if not _is_same(before, rows):
                    raise SampleError(
                        f"{sample} was drawn before, of other records; give this draw another --name or --seed"
                    )
                return before
        with site.audit.act("sample", sample, f"{rows.num_rows} records"):
            site.store.write("samples", rows, SAMPLES, {"sample": [sample]})
    return rows


def _is_same(before: pa.Table, now: pa.Table) -> bool:
    keys = ["number", "submission_id", "sheet", "row", "probability"]
    return bool(before.select(keys).sort_by("number").equals(now.select(keys).sort_by("number")))


def visits(connection: DuckDBPyConnection, rows: pa.Table, contract: Contract) -> list[dict[str, Any]]:
    """What a visitor needs of each record drawn: where it lies, what it says that is nobody's secret, where it was written."""
    shown = [
        one for one in contract.columns
        if not one.private and not one.role and one.kind not in _PLACES and one.type in ("string", "date", "number", "integer")
    ][:_SHOWN]  # fmt: skip
    columns = "".join(f', {_plain(one)} as "{one.title}"' for one in shown)
    found = ask(
        connection,
        f"""
        select s.number as "编号", coalesce(t.name, '') as township, coalesce(c.name, '') as "县区", coalesce(v.name, '') as "行政村"
               {columns}, format('{{}} {{}} 第{{}}行', s.submission_id, s.sheet, s.row) as "出处"
        from (select * from samples where sample = $sample) s
        join "{contract.dataset}" r on (r.submission_id, r.sheet, r.row) = (s.submission_id, s.sheet, s.row)
        left join ({_NAMES}) t on t.region_code = left(s.region_code, 9) || '000'
        left join ({_NAMES}) c on c.region_code = left(s.region_code, 6) || '000000'
        left join ({_NAMES}) v on v.region_code = s.region_code and right(s.region_code, 3) != '000'
        order by s.region_code, s.number
        """,  # noqa: S608 - names of the contract
        {"sample": rows["sample"][0].as_py()},
    ).to_pylist()
    return [{key: "" if value is None else value for key, value in row.items()} for row in found]


def _plain(column: Column) -> str:
    """A value as people write it: a day without hours, a whole number without a point."""
    name = f'r."{column.name}"'
    if column.type == "date":
        return f"{name}::date::varchar"
    return f"format('{{:.15g}}', {name}::double)" if column.type == "number" else f"{name}::varchar"


_SHOWN = 4
"""Columns that fit on a printed page beside those to fill in."""
_PLACES = ("county_name", "township_name", "village_name")
_NAMES = "select region_code, any_value(name) as name from regions group by region_code"


def in_short(rows: pa.Table, names: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """By stratum, how many records were drawn of how many, and with which probabilities."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows.to_pylist():
        one = found.setdefault(
            row["stratum"], {"stratum": row["stratum"], "region": names.get(row["stratum"], ""), "drawn": 0, "of": row["stratum_size"], "least": 1.0, "most": 0.0}
        )  # fmt: skip
        one["drawn"] += 1
        one["least"], one["most"] = (
            min(one["least"], row["probability"]),
            max(one["most"], row["probability"]),
        )
    return list(found.values())
