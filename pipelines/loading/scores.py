"""Scores: the city's schemes carried out on the observations, anew where either changed."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from warehouse.assessment import Assessment, assess
from warehouse.assessment.groups import GroupError
from warehouse.assessment.model import Scheme
from warehouse.assessment.sensitivity import robustness
from warehouse.assessment.tables import scheme_table, scores_table, standings_table
from warehouse.indicators.model import Indicator
from warehouse.schemas import OBSERVATIONS, SCHEMES, SCORES, STANDINGS

_DRAWS = 2_000
"""Enough for a place to be told, and quick enough for every load."""

TABLES = {"schemes": SCHEMES, "scores": SCORES, "standings": STANDINGS}


def outdated_scores(site: Site) -> list[str]:
    """Schemes whose scores came of other observations, definitions or decisions than there are."""
    return outdated(desired_scores(site), noted(site, "scores", *TABLES))


def rebuild_scores(site: Site, schemes: list[str]) -> dict[str, str]:
    """Score schemes anew, and forget those that are no more.

    A scheme that cannot be carried out has no scores, and is tried again when anything that it rests on changes; it
    holds up nothing else.

    Returns:
        By scheme that cannot be carried out, why.
    """
    desired = desired_scores(site)
    observations = (
        _read(site, schemes) if "observations" in site.store.tables() else OBSERVATIONS.empty_table()
    )
    parts: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in TABLES.items()}
    unscored: dict[str, str] = {}
    for name in schemes:
        if name not in site.schemes:
            continue
        scheme = site.schemes[name]
        try:
            done = assess(scheme, observations, site.regions, _indicators(site, scheme), site.decisions)
        except (GroupError, UnknownIndicatorError) as error:
            unscored[name] = str(error)
            continue
        sure = {period: robustness(done, period, site.indicators, _DRAWS) for period in _told(done)}
        parts["schemes"].append(scheme_table(scheme))
        parts["scores"].append(scores_table(done))
        parts["standings"].append(standings_table(done, sure))
    for table, schema in TABLES.items():
        site.store.write(table, pa.concat_tables(parts[table]), schema, {"scheme": schemes})
    site.ledger.mark_built("scores", {name: desired.get(name) for name in schemes})
    return unscored


def _told(done: Assessment) -> list[str]:
    """The periods whose places are told with intervals: quarters, the year, and the last month."""
    periods = list(dict.fromkeys(one.period for one in done.standings))
    months = [period for period in periods if "-" in period]
    return [*months[-1:], *(period for period in periods if "-" not in period)]


class UnknownIndicatorError(LookupError):
    """A scheme names indicators that are not defined."""


def _indicators(site: Site, scheme: Scheme) -> dict[str, Indicator]:
    unknown = sorted(scheme.indicators - site.indicators.keys())
    if unknown:
        raise UnknownIndicatorError(f"{scheme.id}: no indicator is called {', '.join(unknown)}")
    return site.indicators


def _read(site: Site, schemes: list[str]) -> pa.Table:
    """The observations that schemes read."""
    named = {name for one in schemes if one in site.schemes for name in site.schemes[one].indicators}
    return site.store.read(
        "observations", where=pc.field("indicator").isin(pa.array(sorted(named), pa.string()))
    )


def desired_scores(site: Site) -> dict[str, str]:
    """By scheme, a fingerprint of everything its scores rest on."""
    observations = site.store.version("observations") if "observations" in site.store.tables() else -1
    facts = [
        code_digest("scores"),
        str(observations),
        site.regions_digest,
        *(one.model_dump_json() for one in site.decisions),
        *(one.digest for one in site.indicators.values()),
    ]
    return {name: digest([*facts, scheme.digest]) for name, scheme in site.schemes.items()}
