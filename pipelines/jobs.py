"""Dagster jobs: what is run together."""

from __future__ import annotations

import dagster as dg

from pipelines.assets import INTAKE

intake_job = dg.define_asset_job(
    "intake",
    selection=dg.AssetSelection.assets(INTAKE),
    description="Receive, read, check and answer what lies in the inbox.",
)

months_job = dg.define_asset_job(
    "months",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(INTAKE, "release", "quality_report"),
    description="Records, indicators, reconciliations and anomalies of months whose submissions changed.",
)

release_job = dg.define_asset_job(
    "release",
    selection=dg.AssetSelection.assets("release", "quality_report"),
    description="The audit gate, the published files and the quality report.",
)
