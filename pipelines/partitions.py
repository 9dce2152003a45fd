"""The months that assets are partitioned by."""

import dagster as dg


def months_from(first: str) -> dg.MonthlyPartitionsDefinition:
    """Calendar months in Shanghai, from the first to the current one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=first, fmt="%Y-%m", timezone="Asia/Shanghai", end_offset=1
    )
