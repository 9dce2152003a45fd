"""Dagster resources: the home, opened for the assets, checks and sensors that need it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.home.access import private_from_now_on
from pipelines.home.folders import Home
from pipelines.home.lock import writing
from pipelines.home.site import Site

_PATIENCE = 600.0
"""Seconds that a run waits for a load in the terminal, or another run, to end."""


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A home by its folder."""

    root: str

    def site(self) -> Site:
        """The home with its doors open; a new one at each call, so that nothing goes stale between runs."""
        private_from_now_on()  # Dagster's own processes may have been started with any umask
        return Site(Home(Path(self.root)))

    @contextmanager
    def writing(self, what: str) -> Iterator[Site]:
        """The home, as its only writer: a run waits for others to end, and fails when they do not in ten minutes."""
        site = self.site()
        with writing(site.home, f"Dagster {what}", _PATIENCE):
            yield site
