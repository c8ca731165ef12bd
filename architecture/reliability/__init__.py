"""An architecture to how it fails: availability, single points of failure, blast radius, recovery, loss of data."""
