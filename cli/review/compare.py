"""Two versions to a comparison: what changed, what replay shows, what the version number must say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cli.review.pool import samples
from cli.review.replay import replay
from cli.review.versions import Written
from contracts.compiler.diff import lines, semver
from contracts.compiler.diff.changes import changes
from contracts.compiler.diff.evidence import Evidence
from contracts.compiler.diff.model import Comparison, Replayed
from contracts.compiler.diff.proof import Matter, findings, mode_of
from contracts.compiler.diff.rule import RECORD, VALUE
from contracts.compiler.diff.table import ELEMENTS
from contracts.compiler.model import Contract


def nobody(count: int) -> None:
    """Told how many events were replayed, where nobody watches."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How two versions are compared: `seed` of what is generated, `off` rules that are switched off, `mode` instead of
    the contract's own (None: its own), `copied` paths that output contracts copy, `published` whether OLD is out in
    the world, `own_file` whether NEW stands in another file, `informative` whether the verdict counts.
    """

    seed: int = 0
    off: frozenset[str] = frozenset()
    mode: str | None = None
    copied: frozenset[str] = frozenset()
    published: bool = False
    own_file: bool = True
    informative: bool = False
    advance: Callable[[int], None] = nobody


def compare(old: Written, new: Written, terms: Terms) -> Comparison:
    """One comparison, its findings not yet held against waivers."""
    return conclude(examine(old, new, terms), old, new, terms)


def examine(old: Written, new: Written, terms: Terms) -> Matter:
    """What changed, and what replay shows: all that takes time, and nothing that depends on which rules are on."""
    found = changes(old.version, new.version)
    same = not found and _meaning(old) == _meaning(new)
    wanted = sum(ELEMENTS[change.element].effect in (VALUE, RECORD) for change in found) if found else 1
    evidence = NOTHING if same else replay(old, new, seed=terms.seed, wanted=wanted, advance=terms.advance)
    return Matter(
        old=old.version,
        new=new.version,
        changes=found,
        evidence=evidence,
        samples=samples(old.version.contract, terms.seed),
        copied=terms.copied,
        mode=terms.mode or mode_of(old.version, new.version),
        lines=(lines.lines(new.text), lines.lines(old.text)),
    )


def conclude(matter: Matter, old: Written, new: Written, terms: Terms) -> Comparison:
    """What that comes to, for people and for the version number."""
    judged = findings(matter, terms.off)
    one, two = old.version.contract.version, new.version.contract.version
    return Comparison(
        contract=new.version.contract.key,
        file=new.version.contract.file,
        against=old.where,
        mode=matter.mode,
        findings=judged,
        replayed=None if matter.evidence is NOTHING else matter.evidence.replayed,
        version=semver.judge(one, two, judged, published=terms.published, own_file=terms.own_file),
        informative=terms.informative,
    )


NOTHING = Evidence((), Replayed(0, 0, 0, 0), {})


def _meaning(written: Written) -> tuple[Contract, str]:
    """A version without the file it stands in: two that are equal need no replay to be read alike."""
    return replace(written.version.contract, file=""), written.format


def copied_paths(source: Contract, outputs: Iterable[Contract]) -> frozenset[str]:
    """The paths of an input contract that output contracts take their fields from, and all below them."""
    tops = {
        path
        for output in outputs
        for field in output.walk()
        for key, _, path in (name.partition("/") for name in field.sources)
        if key == source.key
    }
    return frozenset(
        field.path
        for field in source.walk()
        if any(field.path == top or field.path.startswith((f"{top}.", f"{top}[")) for top in tops)
    )
