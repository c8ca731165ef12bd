"""`make audit`: known weaknesses of what is locked, licences of what a run consists of, and its bill of materials."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from runtime.errors import MachineError
from runtime.files import write_atomically
from scripts.audit import bom, claims, licences, weaknesses
from scripts.audit.parts import ALL_LOCKS, ROOT, packages, run_parts
from scripts.audit.weaknesses import Answer, Run, Weakness, pip_audit

WIDTHS = "{:<24} {:<14} {:<28} {}"


def licence_part(out: Path) -> list[str]:
    """Judge the licences and write the bill of materials; what stands against it."""
    parts, table = run_parts(), licences.read()
    against = [*licences.refused(parts, table), *claims.contradicted(parts, table)]
    if not against:
        write_atomically(out / "sbom.cdx.json", bom.build(parts, table))
        print(f"licences: {len(parts)} parts, all allowed; {out / 'sbom.cdx.json'} lists them")
    return against


def weakness_part(answer: Answer) -> tuple[Weakness, ...]:
    """What is open; says what was not checked, and which waivers nothing needs any more."""
    today, accepted = datetime.now(UTC).date(), weaknesses.waivers()
    found = weaknesses.open_ones(answer.found, accepted, today)
    print(f"weaknesses: {answer.checked} packages checked, {len(found)} open")
    for reason, names in sorted(_by_reason(answer).items()):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        print(f"not checked: {names[0]}{more} ({reason})")
    for waiver in accepted if answer.checked and not answer.not_checked else ():
        if not any(waiver.covers(one, today) for one in answer.found):
            print(f"waiver {waiver.name} of {waiver.package} (until {waiver.until}) speaks for nothing: remove its row")
    return found


def _by_reason(answer: Answer) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for name, reason in answer.not_checked.items():
        reasons.setdefault(reason, []).append(name)
    return reasons


def _table(found: Sequence[Weakness]) -> None:
    print(WIDTHS.format("package", "version", "weakness", "mended in"))
    for one in found:
        print(WIDTHS.format(one.package, one.version, ", ".join(one.names[:2]), ", ".join(one.mended) or "nothing yet"))
    print("Raise the version (`make lock`), or accept one for a while in scripts/audit/waivers.yaml, with the reason.")


def main(arguments: Sequence[str] | None = None, run: Run = pip_audit) -> int:
    """0 where nothing stands against the parts (also where weaknesses could not be asked for, unless --strict)."""
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="Fail also where a package could not be checked.")
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="Where the bill of materials is written.")
    chosen = parser.parse_args(arguments)
    try:
        against = licence_part(chosen.out)
        for line in against:
            print(f"licence: {line}")
        answer = weaknesses.check((part for lock in ALL_LOCKS for part in packages(ROOT / lock)), run)
        found = weakness_part(answer)
    except MachineError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if found:
        _table(found)
    return int(bool(against or found or (answer.not_checked and chosen.strict)))


if __name__ == "__main__":
    sys.exit(main())
