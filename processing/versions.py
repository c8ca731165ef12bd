"""One topic, many majors: each record is judged by the contract of the version it names, and stored as the newest.

A record that names no version, or one that this job does not know, is judged by the newest contract, which refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.compiler.model import Clause, Contract, Finding
from processing.decode import ERASED, Decoder, Headers, Verdict
from processing.erased import NOBODY, ErasedList
from processing.errors import ProcessingError
from processing.identity import BodyHash
from processing.judges import finding
from processing.stored import canonical, judge_members
from processing.traces import Traces
from processing.upgrade import upgrades


@dataclass(frozen=True, slots=True)
class Versions:
    """The majors of one contract that a job reads: rows are those of `target`; `older` are lower, ascending."""

    target: Contract
    older: tuple[Contract, ...]

    def check(self) -> None:
        """ProcessingError where an older major's events cannot be told apart, or not be made the target's."""
        for contract in self.older:
            if not (_says_version(contract) and _says_version(self.target)):
                raise ProcessingError(
                    f"{contract.key} and {self.target.key} name no header with the version of a record",
                    "Add one to kafkaHeaders, with `from: $version`, in each of them.",
                )
            Upgrader(contract, self.target).rehearse()


def _says_version(contract: Contract) -> bool:
    return contract.envelope is not None and any(row.source == "$version" for row in contract.envelope.headers)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What became of one older event: its stored values as the target has them, or what these break."""

    event: tuple[Any, ...]
    findings: tuple[Finding, ...]


class Upgrader:
    """One older major's stored values to the target's, checked against every clause that stored values can be."""

    def __init__(self, older: Contract, target: Contract) -> None:
        self._older, self._target = older, target
        self._steps = upgrades(older, target)
        self._names = tuple(field.name for field in older.fields)
        self._columns = tuple((field.name, canonical(field)) for field in target.fields)
        self._clause = _unreadable(target)
        self._judge = judge_members(target.fields, self._clause)

    def __call__(self, event: tuple[Any, ...]) -> Upgraded:
        """Never raises: an upgrade that fails on this event is a finding, and names no value of it."""
        row = dict(zip(self._names, event, strict=True))
        try:
            for step in self._steps:
                row = step(row)
            findings = tuple(self._judge(row, "$"))
        except Exception as error:  # noqa: BLE001 - whatever a step does to one event, the others go on
            found = f"{self._older.version}, whose upgrade failed with {type(error).__name__}"
            return Upgraded((), (finding(self._clause, "@version", found),))
        if findings:
            return Upgraded((), tuple(self._explained(found) for found in findings))
        return Upgraded(tuple(convert(row.get(name)) for name, convert in self._columns), ())

    def rehearse(self) -> None:
        """ProcessingError where the steps read or make a field that is not there, as far as an event of nulls shows
        it: a step that needs values is judged with the first event that has them.
        """
        row: dict[str, Any] = dict.fromkeys(self._names)
        strangers: list[str] = []
        try:
            for step in self._steps:
                row = step(row)
            strangers = sorted(row.keys() - {name for name, _ in self._columns})
        except KeyError as error:
            strangers = [name for name in error.args if isinstance(name, str)]  # None: looked up by a value
        except (TypeError, AttributeError, ValueError):
            return
        if strangers:
            raise ProcessingError(
                f"the upgrade of {self._older.key} to {self._target.key} names {', '.join(strangers)}, "
                "which is no field there",
                f"Mend processing/upgrade/{self._target.name}.py.",
            )

    def _explained(self, found: Finding) -> Finding:
        return replace(found, found=f"{found.found}, after the upgrade from {self._older.version}")


def _unreadable(target: Contract) -> Clause:
    """What an event breaks that no upgrade can make the target's; a contract without versions has no older ones."""
    clause = target.wholes().get("@version/known")
    assert clause is not None or not target.envelope  # noqa: S101 - Versions.check has seen to it
    return clause or target.clauses[0]


class VersionedDecoder:
    """The compiled reader of a topic's every known version; `key` as in decode.Decoder.

    Of records of the `erased` nothing is said but that they are theirs.
    """

    def __init__(self, versions: Versions, key: bytes, erased: ErasedList = NOBODY) -> None:
        self._target = Decoder(versions.target, key)
        self._readers: Mapping[str, tuple[Decoder, Upgrader]] = {
            str(older.major): (Decoder(older, key), Upgrader(older, versions.target)) for older in versions.older
        }
        self._body_hash = BodyHash(versions.target.fields, key)
        known = versions.target.wholes().get("@version/known")
        self._known = known.id if known else None
        majors = ", ".join(f"{contract.major}.x" for contract in (*versions.older, versions.target))
        self._wanted = f"a version this job knows ({majors})"
        self._traces = Traces((versions.target, *versions.older), key, erased) if erased.digests else None

    def decode(self, value: bytes | None, key: bytes | None, headers: Headers) -> Verdict:
        """The verdict on one record, its event in the target's fields; never raises, whatever the bytes."""
        verdict = self._judged(value, key, headers)
        if self._traces is not None and self._traces.covers(verdict, value, key, headers):
            return ERASED
        return verdict

    def _judged(self, value: bytes | None, key: bytes | None, headers: Headers) -> Verdict:
        for major, (decoder, upgrade) in self._readers.items():
            version = decoder.version_of(headers)
            if version is not None and version.split(".")[0] == major:
                return self._upgraded(decoder.decode(value, key, headers), upgrade)
        verdict = self._target.decode(value, key, headers)
        if verdict.findings and self._readers:
            verdict = replace(verdict, findings=tuple(map(self._named, verdict.findings)))
        return verdict

    def _named(self, found: Finding) -> Finding:
        """A finding on the version names all that this job reads, not only the target's."""
        return replace(found, wanted=self._wanted) if found.clause == self._known else found

    def _upgraded(self, verdict: Verdict, upgrade: Upgrader) -> Verdict:
        if verdict.event is None:
            return verdict
        made = upgrade(verdict.event)
        if made.findings:
            return replace(verdict, outcome="rejected", body_hash=None, findings=made.findings, event=None)
        return replace(verdict, body_hash=self._body_hash(made.event, verdict.unknown), event=made.event)
