"""``shiji sample``: records drawn by chance for field checks, and the list that visitors take along."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.home.site import Site

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Also write the visit list here (xlsx, a sheet per township)."),
]
Count = Annotated[int, typer.Option("--n", help="How many records.", min=1)]
By = Annotated[
    Literal["county", "township", "village"], typer.Option(help="Regions that each get their part.")
]
Weight = Annotated[
    str, typer.Option(help="equal; anomalies (more likely where something looks odd); or a numeric column.")
]
Seed = Annotated[str, typer.Option(help="The same seed and records give the same sample.")]
_RESULTS = (
    "sample", "region", "drawn", "visited", "held", "held_partly", "untrue", "not_found", "value", "interval_low",
    "interval_high",
)  # fmt: skip
_CLAIMS = ("region", "title", "unit", "claimed", "recorded", "verified", "low", "high", "is_below")
_SHORT = ("region", "drawn", "of", "least", "most")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Random samples for field checks (实地核查).", no_args_is_help=True)
    group.command("draw")(draw)
    group.command("recheck")(recheck)
    group.command("list")(list_samples)
    group.command("results")(results)
    app.add_typer(group, name="sample")


def draw(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Dataset, such as toilet_ledger.")],
    period: Annotated[str, typer.Option(help="Month: records as they stood in it.")],
    n: Count = 120,
    by: By = "county",
    weight: Weight = "equal",
    seed: Seed = "1",
    name: Annotated[str, typer.Option(help="Of the sample; else made of the rest.")] = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Draw records of the last release for field checks, and keep the draw with its probabilities.

    Examples: `shiji sample draw toilet_ledger --period 2025-12 --n 120 --seed 7` ·
    `shiji sample draw toilet_ledger --period 2025-12 --weight anomalies --by township -o 核查名单.xlsx`
    """
    from pipelines.answers.sampling import Draw, draw_sample
    from pipelines.home.site import Site
    from warehouse.periods import Month

    site = Site(home_of(context))
    rows = draw_sample(site, Draw(dataset, Month(period).text, n, by, weight, seed, name))
    _tell(site, rows, out, as_json=as_json)


def recheck(
    context: typer.Context,
    sample: Annotated[str, typer.Argument(help="The sample whose records are visited again.")],
    n: Annotated[int, typer.Option("--n", help="How many of those found true.", min=1)] = 20,
    seed: Seed = "1",
    name: Annotated[str, typer.Option(help="Of the new sample; else made of the rest.")] = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Draw records of an earlier sample for a second visit: all that were not found true, and some that were.

    Example: `shiji sample recheck toilet_ledger-2025-12-equal-120-7 --n 20 -o 复核名单.xlsx`
    """
    from pipelines.answers.sampling import Recheck, draw_again
    from pipelines.home.site import Site

    site = Site(home_of(context))
    _tell(site, draw_again(site, Recheck(sample, n, seed, name)), out, as_json=as_json)


def _tell(site: Site, rows: pa.Table, out: Path | None, *, as_json: bool) -> None:
    """Write the visit list where it is asked for, and say what was drawn."""
    from pipelines.answers.sampling import in_short

    if out is not None:
        _write(site, rows, out)
    if as_json:
        show(rows.to_pylist(), (), as_json=True)
        return
    sample, regions = rows["sample"][0].as_py(), site.regions
    names = dict(zip(regions["region_code"].to_pylist(), regions["name"].to_pylist(), strict=True))
    show(in_short(rows, names), _SHORT, as_json=False, title=f"{sample}: {rows.num_rows} records")
    typer.echo(f"shiji query \"from samples where sample = '{sample}'\" --live")


def _write(site: Site, rows: pa.Table, path: Path) -> None:
    """The visit list of a draw."""
    from pipelines.answers.visiting import visits
    from warehouse.sampling.visit_list import visit_list

    first = rows.slice(0, 1).to_pylist()[0]
    contract = site.contracts[first["dataset"]].at(first["period"])
    with reading(site, live=True) as connection:
        listed = visits(connection, rows, contract)
    made = "（合成演示数据）" if site.home.settings.synthetic else ""
    title = f"实地核查名单　{contract.title}　{first['period']}{made}"
    note = f"抽样批次 {first['sample']}；请在黄色列填写。只列出查找所需的内容，姓名等请向考核办查询。"
    try:
        path.write_bytes(visit_list(listed, title, note))
    except OSError as error:
        raise Problem(f"not written: {error}") from error


def list_samples(context: typer.Context, as_json: Json = False) -> None:
    """List the samples drawn so far.

    Example: `shiji sample list`
    """
    from pipelines.home.site import Site
    from warehouse.guard import ask

    with reading(Site(home_of(context)), live=True) as connection:
        rows = ask(
            connection,
            "select sample, dataset, period, weighed_by, seed, count(*) as records, min(drawn_at) as drawn_at "
            "from samples group by all order by drawn_at, sample",
        ).to_pylist()
    show(rows, ("sample", "dataset", "period", "weighed_by", "seed", "records", "drawn_at"), as_json=as_json)


def results(
    context: typer.Context,
    sample: Annotated[str, typer.Argument(help="Of this sample alone.")] = "",
    as_json: Json = False,
) -> None:
    """What visits found: by region the records that hold, what it says of all records, and of the figures that rest on them.

    Filled visit lists are dropped into `inbox/inspection/` and become records at the next load.

    Example: `shiji sample results toilet_ledger-2025-12-equal-120-7`
    """
    from pipelines.answers.verified import claims_below, verified
    from pipelines.home.site import Site

    site = Site(home_of(context))
    with reading(site) as connection:
        rows = verified(connection, sample)
        claims = claims_below(connection, rows, site.indicators)
    if as_json:
        show([{"results": rows, "claims": claims}], (), as_json=True)
        return
    if not rows:
        typer.echo("no visit was handed in yet: drop the filled list into inbox/inspection/, then shiji load")
        return
    show([_in_per_cent(row) for row in rows], _RESULTS, as_json=False, title="records that hold")
    if claims:
        show(claims, _CLAIMS, as_json=False, title="figures that rest on them")


def _in_per_cent(row: Mapping[str, Any]) -> dict[str, Any]:
    """A share and its interval as a person reads them."""
    shares = {
        name: None if row[name] is None else f"{row[name]:.1%}"
        for name in ("value", "interval_low", "interval_high")
    }
    return {**row, **shares}
