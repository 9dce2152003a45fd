"""Dagster jobs: what is run together."""

import dagster as dg

from pipelines.assets import INTAKE

intake_job = dg.define_asset_job(
    "intake",
    selection=dg.AssetSelection.assets(INTAKE),
    description="Receive, read, check and answer what lies in the inbox.",
)

rebuild_job = dg.define_asset_job(
    "rebuild",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(INTAKE, "release", "quality_report"),
    description="Records, indicators, reconciliations and anomalies of months whose submissions changed.",
)

publish_job = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.assets("release", "quality_report"),
    description="The audit gate, the published files and the quality report.",
)
