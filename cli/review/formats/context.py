"""What a format must know beside the report: the bar that the run is held to."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.compiler.diff.model import BREAKING, COMPATIBLE, UNPROVEN, Comparison, Finding, VersionVerdict

BARS: Mapping[str, frozenset[str]] = {
    "breaking": frozenset({BREAKING}),
    "unproven": frozenset({BREAKING, UNPROVEN}),
    "any": frozenset({BREAKING, UNPROVEN, COMPATIBLE}),
    "none": frozenset(),
}
"""What `--fail-on` may say, and the verdicts that are then above the bar."""


@dataclass(frozen=True, slots=True)
class Context:
    """`bar` is a key of BARS."""

    bar: str

    def stops(self, finding: Finding) -> bool:
        """Whether a finding is above the bar; what somebody waived never is."""
        return finding.waiver is None and finding.verdict in BARS[self.bar]

    def stopping(self, comparison: Comparison) -> tuple[Finding, ...]:
        """The findings of a comparison that are above the bar; none where it is shown and not counted."""
        return () if comparison.informative else tuple(filter(self.stops, comparison.findings))

    def dishonest(self, comparison: Comparison) -> VersionVerdict | None:
        """The verdict on a version number that fails the run, if it does."""
        failing = comparison.version is not None and comparison.version.fails
        return comparison.version if failing and not comparison.informative and self.bar != "none" else None
