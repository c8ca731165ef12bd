"""A second workspace of a campaign: the same topic, tables in a bucket, and a link to their store with weather.

What is in the bucket is copied to where the tables would lie in a folder, so that one checker reads both.
"""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.faults.proxy import Proxy
from features.faults.site import Site
from features.store import Store


@dataclass
class BucketSite(Site):
    """Shares broker, receipts and the list of started processes with the campaign's own site."""

    @classmethod
    def beside(cls, main: Site) -> "BucketSite":
        """Made with its store, which must be closed."""
        made = cls(main.folder, main.seed, main.jobs, main.leftovers)
        made.broker = main.broker
        made.data.mkdir(parents=True, exist_ok=True)
        return made

    @cached_property
    def store(self) -> Store:
        """Started with its first use."""
        return Store()

    @cached_property
    def link(self) -> Proxy:
        """Between whoever works with the tables and their store."""
        return Proxy(self.store.port, self.seed)

    @property
    def data(self) -> Path:
        """The workspace, without its tables."""
        return self.folder / "bucket"

    def environment(self, link: str | None = None) -> dict[str, str]:
        """As the site's, with the tables in the bucket."""
        return {**super().environment(link), **self.store.environment(self.link.port)}

    def refresh(self) -> None:
        """Copy the tables, as they are now, to where they would lie without a bucket."""
        shutil.rmtree(self.data / "tables", ignore_errors=True)
        self.store.copy(self.data)

    def close(self) -> None:
        """End what is this site's alone."""
        self.link.close()
        self.store.close()
