"""Dagster resources: the home, opened for the assets, checks and sensors that need it."""

from pathlib import Path

import dagster as dg

from pipelines.home import Home
from pipelines.site import Site


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A home by its folder."""

    root: str

    def site(self) -> Site:
        """The home with its doors open; a new one at each call, so that nothing goes stale between runs."""
        return Site(Home(Path(self.root)))
