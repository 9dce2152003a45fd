"""Random draws of records for field checks (实地核查), and what the visits say of all records."""

from warehouse.sampling.draw import Drawn, draw
from warehouse.sampling.estimate import Share, share, share_of_clusters
from warehouse.sampling.results import Result, results

__all__ = ["Drawn", "Result", "Share", "draw", "results", "share", "share_of_clusters"]
