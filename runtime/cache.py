"""Where things are kept that several checkouts of one user share: jars, and the wrapper of a packed Java."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """The user's cache: TICKETS_CACHE, else tickets/ in XDG_CACHE_HOME or ~/.cache."""
    own = os.environ.get("TICKETS_CACHE")
    if own:
        return Path(own).expanduser().resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tickets"
