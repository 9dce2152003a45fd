"""What a load tells the person who ran it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shlex
import sys
from collections import Counter
from shutil import which

import typer

from pipelines.answers.overview import told
from pipelines.home.site import Site
from pipelines.loading.load import Summary
from warehouse.clock import in_shanghai
from warehouse.current import CURRENT

_SHOWN_OBSERVATIONS = (
    "sanitary_toilet_rate",
    "road_paved_rate",
    "school_enrolment_rate",
    "grain_yield",
    "satisfaction",
)
_SHOWN_REFUSED = 8
_MANY = 5
"""Failures from which most of a load is more than a coincidence."""


def print_summary(site: Site, summary: Summary) -> None:
    """Print what arrived, what was found, some figures, and where to look next."""
    _left(summary)
    if summary.is_idle and summary.finished:
        _unfinished(site, summary)
        typer.echo(f"Nothing new; nothing rebuilt ({sum(summary.seconds.values()):.1f} s).")
        return
    if summary.received or summary.outcomes:
        _arrived(site, summary)
    _unfinished(site, summary)
    _rebuilt(summary)
    if summary.problems:
        _not_released(summary)
        return
    _found(site)
    _observed(site)
    _scored(site)
    _where(site)


def summary_as_json(summary: Summary) -> str:
    """All of it, for programs; what a submission covers is a list of ``region_code``, ``period`` and ``rows``."""
    told = dataclasses.asdict(summary)
    for outcome in told["outcomes"]:
        outcome["coverage"] = [
            {"region_code": region, "period": period, "rows": rows}
            for (region, period), rows in outcome["coverage"].items()
        ]
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def _left(summary: Summary) -> None:
    """Files that were not taken in, and why."""
    if not summary.left:
        return
    typer.echo(f"{len(summary.left)} files stay in the inbox for now:")
    for left in summary.left[:_SHOWN_REFUSED]:
        typer.echo(f"  {left.sender_path}: {left.reason}")
    if len(summary.left) > _SHOWN_REFUSED:
        typer.echo(f"  … {len(summary.left) - _SHOWN_REFUSED} more")


def _arrived(site: Site, summary: Summary) -> None:
    statuses: Counter[str] = Counter(outcome.status for outcome in summary.outcomes)
    typer.secho("\nWhat arrived", bold=True)
    statuses["repeat"] += summary.repeats
    typer.echo(f"  {statuses.total():,} submissions: {told(statuses)}{_again(summary)}")
    rows = [(o.rows_in, o.rows_recorded, o.rows_quarantined) for o in summary.outcomes]
    total, recorded, quarantined = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
    typer.echo(f"  {total:,} rows: {recorded:,} records, {quarantined:,} in quarantine")
    # Refused, held, or less of it counts than had.
    refused = [outcome for outcome in summary.outcomes if outcome.reason]
    names = (
        {r["submission_id"]: r["sender_path"] for r in site.ledger.submissions().to_pylist()}
        if refused
        else {}
    )
    for outcome in refused[:_SHOWN_REFUSED]:
        typer.echo(f"  {outcome.status:<8} {names[outcome.submission_id]}: {outcome.reason}")
    if len(refused) > _SHOWN_REFUSED:
        typer.echo(
            f"  … {len(refused) - _SHOWN_REFUSED} more: shiji status --refused, shiji submissions held, "
            "shiji status --submissions"
        )


def _unfinished(site: Site, summary: Summary) -> None:
    """What the next load has to do again; said on standard error too where it looks like a defect and not like a file."""
    staged, failed = len(summary.outcomes), len(summary.failures)
    if failed:
        kinds = Counter(f"{failure.step}: {failure.error}" for failure in summary.failures).most_common(3)
        named = ", ".join(f"{count} {kind}" for kind, count in kinds)
        typer.secho(
            f"  {failed} failed and will be tried again ({named}): shiji status --failed", fg="yellow"
        )
    if failed >= _MANY and failed > staged:
        typer.secho(
            f"{failed} of {failed + staged} submissions failed: this is a defect of a definition or of Shiji, not of the "
            f"files. Where it was raised: {site.home.failures}",
            fg="red",
            err=True,
        )
    if summary.owed:
        folders = sorted({f"outbox/{entry.department}" for entry in summary.owed})
        shown = ", ".join(folders[:_SHOWN_REFUSED]) + (" …" if len(folders) > _SHOWN_REFUSED else "")
        typer.secho(
            f"  {len(summary.owed)} slips could not be written and are owed: make {shown} writable; the next load writes them",
            fg="yellow",
        )


def _again(summary: Summary) -> str:
    """Files that did not arrive now but were read once more: their contract or the regions have changed."""
    again = len(summary.outcomes) - (summary.received - summary.repeats)
    return f"; {again} of these had arrived earlier and were read anew" if again > 0 else ""


def _rebuilt(summary: Summary) -> None:
    typer.secho("What was rebuilt", bold=True)
    for dataset, months in summary.records.items():
        typer.echo(f"  {dataset}: {_months(list(months))}, {sum(months.values()):,} records")
    for table, partitions in summary.written.items():
        typer.echo(f"  {table}: {_months(partitions)}")
    if summary.scored:
        typer.echo(f"  scores: {', '.join(summary.scored)}")
    if summary.cases_changed:
        typer.echo("  cases")
    for scheme, why in summary.unscored.items():
        typer.secho(f"  not scored: {scheme}: {why}", fg="red", err=True)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in summary.seconds.items())
    typer.echo(f"  {sum(summary.seconds.values()):.1f} s in all ({steps})")


def _months(months: list[str]) -> str:
    return ", ".join(months) if len(months) < 4 else f"{min(months)} … {max(months)} ({len(months)})"


def _not_released(summary: Summary) -> None:
    typer.secho("Not released: readers still see the last good state, because", fg="red", err=True)
    for problem in summary.problems:
        typer.echo(f"  {problem}", err=True)
    typer.echo("Run shiji load again; if it stays, report it with the lines above.", err=True)


def _found(site: Site) -> None:
    connection = site.connect()
    typer.secho("What was found", bold=True)
    for severity, status, count in connection.execute(
        "select severity, status, count(*) from findings group by all order by severity, status desc"
    ).fetchall():
        typer.echo(f"  {count:,} {severity} findings {status}")
    disagreeing, anomalies, cases = connection.execute(
        "select (select count(*) from reconciliations where not agrees), (select count(*) from anomalies), "
        "(select count(*) from cases where status = 'open')"
    ).fetchall()[0]
    typer.echo(
        f"  {disagreeing:,} reconciliations disagree, {anomalies:,} anomalies; {cases:,} cases: shiji cases list"
    )


def _observed(site: Site) -> None:
    rows = site.connect().execute(
        """
        select indicator, name, period, value, unit, evidence, records from observations
        join (select region_code, any_value(name) as name from regions where level in ('city', 'county')
              group by all) using (region_code)
        where list_contains($wanted, indicator) and value is not null
          and region_code = (select min(region_code) from observations o where o.indicator = observations.indicator
                             and o.period = observations.period)
        qualify row_number() over (partition by indicator order by period desc) = 1
        order by indicator
        """,
        {"wanted": list(_SHOWN_OBSERVATIONS)},
    ).fetchall()  # fmt: skip
    if not rows:
        return
    typer.secho("Some observations", bold=True)
    for indicator, name, period, value, unit, evidence, records in rows:
        title = site.indicators[indicator].title
        typer.echo(
            f"  {title} {name} {period}: {value:,.2f} {unit}, evidence {evidence}, {records:,} records"
        )


def _scored(site: Site) -> None:
    """The order of the first scheme in its newest period, with the places that are no more than chance."""
    from pipelines.answers.scoring import NoScoresError, chosen, order

    with site.connect() as connection:
        try:
            scheme, period = chosen(connection, None, None)
        except NoScoresError:
            return
        rows = order(connection, scheme, period)
    typer.secho(f"Scores, {site.schemes[scheme].title} {period}", bold=True)
    for row in rows:
        if row["points"] is None:
            typer.echo(f"   -  {row['region']}  {'；'.join(row['reasons'])}")
            continue
        tied = f", tied with {'、'.join(row['tied_with'])}" if row["tied_with"] else ""
        typer.echo(
            f"  {row['place']:>2}  {row['region']}  {row['points']:.2f} points, places {row['place_low']}–{row['place_high']}{tied}; "
            f"{row['place_in_group']} in {row['region_group']}; objective share {row['objective_share']:.0%}"
        )


def _where(site: Site) -> None:
    home = site.home
    typer.secho("Where it lies", bold=True)
    typer.echo(f"  warehouse       {home.warehouse}")
    typer.echo(f"  published       {home.published / CURRENT}")
    typer.echo(f"  quality report  {home.reports / 'index.html'}")
    for bulletin in sorted(home.reports.glob("bulletin-*.docx"))[-1:]:
        made = in_shanghai(dt.datetime.fromtimestamp(bulletin.stat().st_mtime, dt.UTC))
        typer.echo(
            f"  bulletin        {bulletin} (of {made:%Y-%m-%d %H:%M}; anew: {_command()} bulletin --out 通报.docx)"
        )
    typer.echo(f"  outbox          {home.outbox}")
    typer.secho("Try next", bold=True)
    command = f"{_command()} --home {shlex.quote(str(home.root))}"
    typer.echo(f"  {command} status --refused")
    typer.echo(f'  {command} query "from observations limit 5"')
    typer.echo(f"  {command} dev")


def _command() -> str:
    """The command as it can be typed again here: ``make demo`` leaves it in .venv, outside the PATH."""
    return "shiji" if which("shiji") else shlex.quote(sys.argv[0])
