"""The audit without a network: locks, licences, the bill of materials, and what pip-audit's answers are taken for."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from runtime.errors import MachineError
from scripts.audit import bom, claims, licences, weaknesses
from scripts.audit.__main__ import main
from scripts.audit.parts import ROOT, Part, locked_jars, packages, run_parts
from scripts.audit.weaknesses import Run, Waiver, Weakness

HASH = "a" * 64
CLICK = Part("python", "click", "8.0", "pkg:pypi/click@8.0", (HASH,), "")
JAR = Part("jar", "org.slf4j:slf4j-api", "1.0", "pkg:maven/org.slf4j/slf4j-api@1.0?type=jar", (HASH,), "broker")
WEAK = Weakness("click", "8.0", ("PYSEC-1", "CVE-2026-1"), ("8.1",))


def answers(row: Callable[[str, str], dict[str, Any]]) -> Run:
    """A stand-in for pip-audit: `row` adds to each package's answer."""

    def run(lock: Path) -> tuple[str, str]:
        pins = (line.split()[0].split("==") for line in lock.read_text("utf-8").splitlines())
        return json.dumps({"dependencies": [{"name": n, "version": v, **row(n, v)} for n, v in pins]}), "some words"

    return run


def test_a_lock_is_read(tmp_path: Path) -> None:
    """Names in one spelling, every hash, and the marker; what has no hash is refused."""
    lock = tmp_path / "r.lock"
    lock.write_text(
        f"A_b[x]==1.0 ; python_version < '3' \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{'b' * 64}\n"
    )
    (found,) = packages(lock)
    assert (found.purl, found.where) == ("pkg:pypi/a-b@1.0", "python_version < '3'")
    assert found.sha256 == (HASH, "b" * 64)
    lock.write_text("a==1.0\n")
    with pytest.raises(MachineError, match=r"does not pin 'a==1\.0'"):
        packages(lock)


def test_every_part_of_a_run_has_an_allowed_licence() -> None:
    """Of the locks as they are; and no row of the table is left over, and nothing installed says otherwise."""
    parts, table = run_parts(), licences.read()
    assert list(licences.refused(parts, table)) == []
    assert list(claims.contradicted(parts, table)) == []
    assert set(table.python) == {part.key for part in parts if part.kind == "python"}
    assert set(table.jars) == {part.key.partition(":")[0] for part in locked_jars()}


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (None, "click 8.0 has no licence in licences.yaml"),
        ("AGPL-3.0-only", "under AGPL-3.0-only, which is not allowed"),
        ("MIT AND AGPL-3.0-only", "not allowed"),
        ("MIT AND (MIT AND AGPL-3.0-only)", "not allowed"),
        ("GPL-2.0-only", "not allowed"),
        ("MIT OR AGPL-3.0-only", None),
        ("MIT AND GPL-2.0-only WITH Classpath-exception-2.0", None),
    ],
)
def test_a_licence_that_may_not_be(licence: str | None, said: str | None) -> None:
    """Or that nobody looked up is named, with what to do; of licences to choose from, one is enough."""
    table = replace(licences.read(), python={"click": licence} if licence else {})
    found = list(licences.refused([CLICK], table))
    assert [said] == [None] if not found else said is not None and said in found[0]


def test_a_licence_nobody_knows(tmp_path: Path) -> None:
    """Is refused where the table is read."""
    path = tmp_path / "t.yaml"
    path.write_text("allowed: {}\npython: {click: Foo}\njars: {}\n")
    with pytest.raises(MachineError, match=r"t\.yaml: click: 'Foo' is no SPDX licence"):
        licences.read(path)


def test_a_package_that_says_otherwise() -> None:
    """Is named: click, as installed, is no MPL."""
    (installed,) = (part for part in packages(ROOT / "requirements.lock") if part.key == "click")
    table = replace(licences.read(), python={"click": "MPL-2.0"})
    assert "says BSD-3-Clause, the table MPL-2.0" in next(claims.contradicted([installed], table))


@pytest.mark.parametrize(
    ("licence", "claim", "agrees"),
    [
        ("MIT", "The MIT License", True),
        ("MIT-0", "The MIT License", False),
        ("BSD-2-Clause", "License :: OSI Approved :: BSD License", True),
        ("Apache-2.0", "http://www.apache.org/licenses/LICENSE-2.0.txt", True),
        ("Apache-2.0", "GNU Lesser General Public License (LGPL)", False),
        ("MIT", "https://example.com/licence", True),
    ],
)
def test_claims(licence: str, claim: str, agrees: bool) -> None:
    """What people write means licences; an address alone means nothing."""
    assert claims._agrees(licence, claim) is agrees


def test_the_bill_of_materials() -> None:
    """Is CycloneDX by its own schema, the same each time, and has hash, purl and licence of every part."""
    parts, table = run_parts(), licences.read()
    text = bom.build(parts, table)  # checked by the schema there
    assert text == bom.build(parts, table)
    document = json.loads(text)
    assert [one["purl"] for one in document["components"]] == [part.purl for part in parts]
    assert all(one["licenses"] for one in document["components"])
    files = [one.get("hashes") or one["externalReferences"][0]["hashes"] for one in document["components"]]
    assert [tuple(hash_["content"] for hash_ in hashes) for hashes in files] == [part.sha256 for part in parts]


def test_another_part_is_another_bill() -> None:
    """One other hash changes the serial number."""
    table = licences.read()
    one, other = (json.loads(bom.build([JAR, part], table)) for part in (CLICK, replace(CLICK, sha256=("c" * 64,))))
    assert one["serialNumber"] != other["serialNumber"]


def test_a_bill_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is not written: its schema is asked each time."""
    monkeypatch.setattr(bom, "_component", lambda part, table: {"type": "nonsense", "name": part.key})
    with pytest.raises(MachineError, match="no CycloneDX"):
        bom.build([CLICK], licences.read())


def test_two_versions_of_a_package_are_both_asked_for() -> None:
    """In rounds, since one list may name a package once; markers are left out."""
    asked: list[str] = []

    def row(name: str, version: str) -> dict[str, Any]:
        asked.append(f"{name} {version}")
        return {"vulns": []}

    newer = replace(CLICK, version="8.1", where="python_version < '3'")
    assert weaknesses.check([CLICK, newer, CLICK], answers(row)) == weaknesses.Answer(2, (), {})
    assert asked == ["click 8.0", "click 8.1"]


def test_what_the_service_does_not_know_is_not_checked() -> None:
    """Though pip-audit then says that nothing is known against it."""
    found = weaknesses.check([CLICK], answers(lambda name, version: {"skip_reason": "not found"}))
    assert found == weaknesses.Answer(0, (), {"click 8.0": "the service does not know it"})


def test_a_package_without_an_answer() -> None:
    """Is not checked either."""
    assert weaknesses.check([CLICK], lambda _: ('{"dependencies": []}', "")).not_checked == {
        "click 8.0": "pip-audit left it out"
    }


def test_a_service_that_is_away() -> None:
    """Is what was not checked, with its last words."""
    assert weaknesses.check([CLICK], lambda _: ("", "a\nno route\n")).not_checked == {"click 8.0": "no route"}


def test_a_waiver_ends() -> None:
    """On its date; before, it speaks for its own weakness by any of its ids, and for no other."""
    waiver = Waiver("CVE-2026-1", "click", "not reached", date(2026, 5, 2))
    assert weaknesses.open_ones([WEAK, WEAK], [waiver], date(2026, 5, 1)) == ()
    assert weaknesses.open_ones([WEAK, WEAK], [waiver], date(2026, 5, 2)) == (WEAK,)
    assert weaknesses.open_ones([replace(WEAK, package="rich")], [waiver], date(2026, 5, 1)) != ()
    assert weaknesses.open_ones([replace(WEAK, names=("X",))], [waiver], date(2026, 5, 1)) != ()


@pytest.mark.parametrize(
    "row", ["{id: X, package: click, until: 2026-05-01}", "{id: X, package: a, reason: b, until: soon}"]
)
def test_a_waiver_needs_reason_and_date(row: str, tmp_path: Path) -> None:
    """Else it is refused."""
    path = tmp_path / "w.yaml"
    path.write_text(f"waivers:\n- {row}\n")
    with pytest.raises(MachineError, match="is no waiver"):
        weaknesses.waivers(path)


def _weak(name: str, version: str) -> dict[str, Any]:
    return {"vulns": [{"id": "PYSEC-1", "aliases": [], "fix_versions": ["99"]}] if name == "click" else []}


@pytest.mark.parametrize(
    ("run", "flags", "code", "said"),
    [
        (answers(lambda name, version: {"vulns": []}), ["--strict"], 0, "packages checked, 0 open"),
        (answers(_weak), [], 1, "PYSEC-1"),
        (answers(lambda name, version: {"skip_reason": "?"}), [], 0, "not checked: altair"),
        (answers(lambda name, version: {"skip_reason": "?"}), ["--strict"], 1, "0 packages checked"),
        (lambda _: ("", "no route"), [], 0, "(no route)"),
    ],
)
def test_the_command(
    run: Run,
    flags: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails over what is found, and with --strict over what could not be asked for; it always says which."""
    monkeypatch.setattr("scripts.audit.__main__.run_parts", lambda: (JAR,))
    assert main(["--out", str(tmp_path), *flags], run) == code
    assert said in capsys.readouterr().out
    text = (tmp_path / "sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_a_licence_fails_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no bill of materials is written."""
    monkeypatch.setattr("scripts.audit.__main__.run_parts", lambda: (replace(JAR, key="org.unknown:thing"),))
    assert main(["--out", str(tmp_path)], answers(lambda name, version: {"vulns": []})) == 1
    assert "licence: org.unknown:thing 1.0 has no licence" in capsys.readouterr().out
    assert not (tmp_path / "sbom.cdx.json").exists()
