"""Samples for field checks: records of a month drawn by chance, kept with their probabilities, listed for visitors."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.lock import PATIENCE, writing
from warehouse.codes import covering
from warehouse.guard import ask
from warehouse.sampling import Drawn, draw
from warehouse.sampling.results import TRUE
from warehouse.schemas import SAMPLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Contract
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


@dataclass(frozen=True)
class Recheck:
    """A second visit (复核): everything of an earlier draw that was not found true, and some that was.

    Attributes:
        sample: The earlier draw.
        n: How many of the records that were found true are visited again.
        seed: Whatever tells this draw from others.
        name: Its own; else made of the rest.
    """

    sample: str
    n: int
    seed: str = "1"
    name: str = ""


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


def draw_again(site: Site, asked: Recheck) -> pa.Table:
    """Draw records of an earlier draw once more and keep the draw: all that were not found true, and ``n`` of the others.

    A record's probability is that of both draws together, so that the second visit speaks for all records too.

    Returns:
        Rows of ``samples``.

    Raises:
        SampleError: There is no such draw, or nobody was sent out for it yet.
    """
    earlier = _earlier(site, asked.sample)
    if not any(row["result"] for row in earlier):
        raise SampleError(
            f"no visit of {asked.sample} was handed in; drop the filled list into inbox/inspection/ and load"
        )
    held = [at for at, row in enumerate(earlier) if row["result"] == TRUE]
    others = [(at, 1.0) for at, row in enumerate(earlier) if row["result"] != TRUE]
    if held:
        drawn = draw([earlier[at]["stratum"] for at in held], asked.n, f"{asked.sample} {asked.seed}")
        others += [(held[place], p) for place, p in zip(drawn.places, drawn.probabilities, strict=True)]
    sample = asked.name or f"{asked.sample}-recheck-{asked.n}-{asked.seed}"
    now = dt.datetime.now(dt.UTC)
    rows = [
        {
            **earlier[at], "sample": sample, "drawn_at": now, "seed": asked.seed, "weighed_by": "recheck", "result": None,
            "number": number, "check_number": _check_number(sample, number), "probability": earlier[at]["probability"] * p,
        }
        for number, (at, p) in enumerate(sorted(others), start=1)
    ]  # fmt: skip
    return _kept(site, sample, pa.Table.from_pylist(rows, schema=SAMPLES))


def _earlier(site: Site, sample: str) -> list[dict[str, Any]]:
    known = site.store.read("samples") if "samples" in site.store.tables() else SAMPLES.empty_table()
    rows: list[dict[str, Any]] = known.filter(pc.equal(known["sample"], sample)).sort_by("number").to_pylist()
    if not rows:
        names = ", ".join(pc.unique(known["sample"]).to_pylist()) or "none"
        raise SampleError(f"no sample is called {sample}; there are: {names}")
    return rows


def _check_number(sample: str, number: int) -> str:
    """What a check is called on paper: no other one of any draw is called so."""
    return f"{sha256(sample.encode()).hexdigest()[:6].upper()}-{number:03}"


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
        "check_number": pa.array([_check_number(asked.sample, number) for number in range(1, len(own) + 1)]),
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
