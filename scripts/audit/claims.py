"""What a package or jar says of its own licence, where it is installed or cached: held against the table."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from runtime import jars
from scripts.audit.licences import Licences
from scripts.audit.parts import Part

# What people write, to the licences that it may mean. An address that only says "BSD" leaves two.
WORDS = (
    (r"apache", ("Apache-2.0",)),
    (r"mozilla|\bmpl\b", ("MPL-2.0",)),
    (r"bsd.?2|bsd-2-clause|2-clause", ("BSD-2-Clause",)),
    (r"bsd.?3|bsd-3-clause|3-clause", ("BSD-3-Clause",)),
    (r"\bbsd\b", ("BSD-2-Clause", "BSD-3-Clause")),
    (r"\bmit\b|mit-license", ("MIT",)),
    (r"publicdomain|\bcc0\b", ("CC0-1.0",)),
    (r"cddl", ("CDDL-1.1",)),
    (r"lgpl|agpl|\bgpl", ("GPL-2.0-only",)),
)
_LONG = 60  # a longer text is the licence itself, whose words mean nothing


def contradicted(parts: Iterable[Part], table: Licences) -> Iterator[str]:
    """The parts that say something else of themselves than the table."""
    for part in parts:
        licence, said = table.of(part), tuple(_said(part))
        if licence is not None and said and not any(_agrees(licence, claim) for claim in said):
            yield f"{part.shown} says {' / '.join(said)}, the table {licence}: correct the row in licences.yaml"


def _said(part: Part) -> Iterator[str]:
    return _package(part) if part.kind == "python" else _jar(part)


def _package(part: Part) -> Iterator[str]:
    """The words of an installed package's metadata; nothing where another version is installed."""
    try:
        found = metadata.metadata(part.key)
    except metadata.PackageNotFoundError:
        return
    if found["Version"] != part.version:
        return
    expressions = found.get_all("License-Expression") or ()
    yield from expressions or (one for one in found.get_all("Classifier") or () if one.startswith("License"))
    yield from (text for text in found.get_all("License") or () if len(text) < _LONG)


def _jar(part: Part) -> Iterator[str]:
    """The words of a cached jar's manifest and pom."""
    for jar in jars.read_lock():
        if jar.sha256 in part.sha256 and jar.cached.exists():
            yield from _inside(jar.cached, jar.artifact)
            return


def _inside(path: Path, artifact: str) -> Iterator[str]:
    with zipfile.ZipFile(path) as jar:
        names = frozenset(jar.namelist())
        if "META-INF/MANIFEST.MF" in names:
            text = jar.read("META-INF/MANIFEST.MF").decode("utf-8", "replace").replace("\r", "").replace("\n ", "")
            yield from re.findall(r"^Bundle-License: (.*)$", text, re.MULTILINE)
        for name in sorted(name for name in names if name.endswith(f"/{artifact}/pom.xml")):
            yield from re.findall(
                r"<license>\s*<name>(.*?)</name>", jar.read(name).decode("utf-8", "replace"), re.DOTALL
            )


def _agrees(licence: str, claim: str) -> bool:
    """Whether a claim may mean the licence; one that no word is known of (a bare address) says nothing against it."""
    if claim == licence:
        return True
    meant = next((means for pattern, means in WORDS if re.search(pattern, claim, re.IGNORECASE)), None)
    return meant is None or any(re.search(rf"\b{re.escape(one)}(?!-)\b", licence) for one in meant)
