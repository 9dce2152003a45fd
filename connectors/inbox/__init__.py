"""The drop folder: which files in it are complete, what they are called, and taking them out so that nothing is lost.

What the files hold, and what becomes of them, does not belong here.
"""

from connectors.inbox.complete import Drop, Found, Left, Waits, complete_files, look_around, settled
from connectors.inbox.taking import Taking, new_batch

__all__ = [
    "Drop",
    "Found",
    "Left",
    "Taking",
    "Waits",
    "complete_files",
    "look_around",
    "new_batch",
    "settled",
]
