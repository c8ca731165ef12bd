"""YAML files to a model, and a model to the architecture of one target.

The logical model is every `*.yml` in the folder; a target is one file in its `targets/`, whose parts are laid over the
logical parts of the same id, word by word, and may add parts or drop them (`without`). Its `options` are alternatives
to what it says, chosen by id. So one text holds four architectures, and what they share is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
import yaml

from architecture import parts, reading, shorthand
from architecture.errors import ArchitectureError, Problem
from architecture.needs import initiator
from architecture.reading import HOME, Parts
from architecture.references import dangling
from contracts.compiler import yaml_reader

__all__ = ["HOME", "Binding", "Model", "Option", "Parts", "load"]
TARGETS = ("aws", "azure", "gcp", "onprem")


@dataclass(frozen=True, slots=True)
class Option:
    """An alternative within a target: its id, its name in two languages, and the parts it lays over the rest."""

    id: str
    name: parts.Text
    parts: Parts
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """One target's file: itself, the parts it lays over the logical ones, what it drops, its options."""

    target: parts.Target
    parts: Parts
    without: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """The logical model and its targets, read but not yet bound.

    `lines` says where a part or a word of it is written: (id, word) to `file:line`, (id, "") for the part itself. A
    word that a target lays over another is under `target/id`.
    """

    root: Path
    logical: Parts
    targets: Mapping[str, Binding]
    lines: Mapping[tuple[str, str], str]
    _bound: dict[tuple[str, tuple[str, ...]], parts.Architecture] = field(default_factory=dict, compare=False)

    def bound(self, target: str, options: Sequence[str] = ()) -> parts.Architecture:
        """The architecture of one target, with options of it; ArchitectureError for parts that do not fit together."""
        key = (target, tuple(options))
        if key not in self._bound:
            self._bound[key] = _bind(self, self._target(target), tuple(options))
        return self._bound[key]

    def all(self) -> dict[str, parts.Architecture]:
        """Every target's architecture, without options."""
        return {name: self.bound(name) for name in self.targets}

    def where(self, part: str, word: str = "", target: str = "") -> str:
        """`file:line` of a word of a part, or of the part: as a target says it, else the logical model, else ""."""
        for name in (part, *_shorter(part)):  # a flow made by `each` has its own id behind the one that is written
            for key in ((f"{target}/{name}", word), (name, word), (f"{target}/{name}", ""), (name, "")):
                if key in self.lines:
                    return self.lines[key]
        return ""

    def _target(self, name: str) -> Binding:
        if name not in self.targets:
            near = get_close_matches(name, self.targets, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(self.targets)}."
            raise ArchitectureError((Problem(str(self.root / "targets"), f"has no target '{name}'", hint),))
        return self.targets[name]


def load(root: Path = HOME) -> Model:
    """The model in a folder; ArchitectureError with every problem of every file."""
    problems: list[Problem] = []
    lines: dict[tuple[str, str], str] = {}
    logical: Parts = {}
    for path in sorted(root.glob("*.yml")):
        document = reading.document_of(path, problems)
        if document is not None:
            reading.check(document, path, root, problems)
            _merge(logical, reading.collect(document, path, root, "", lines, problems))
    targets: dict[str, Binding] = {}
    for path in sorted((root / "targets").glob("*.yml")):
        document = reading.document_of(path, problems)
        if document is not None:
            binding = _binding(document, path, root, lines, problems)
            if binding is not None:
                targets[binding.target.id] = binding
    if not targets and not problems:
        problems.append(Problem(str(root / "targets"), "holds no target", "Write targets/<name>.yml; see README.md."))
    if problems:
        raise ArchitectureError(tuple(problems))
    order = [name for name in TARGETS if name in targets] + [name for name in targets if name not in TARGETS]
    return Model(root, logical, {name: targets[name] for name in order}, lines)


def _shorter(part: str) -> Iterator[str]:
    while "-" in part:
        part = part.rpartition("-")[0]
        yield part


def _binding(
    document: yaml.MappingNode,
    path: Path,
    root: Path,
    lines: dict[tuple[str, str], str],
    problems: list[Problem],
) -> Binding | None:
    before = len(problems)
    reading.check(document, path, root, problems)
    plain = yaml_reader.values(document)
    if "target" not in plain:
        problems.append(
            Problem(reading.told(path, root), "has no `target`", "Say id, name, provider, region and jurisdictions.")
        )
    if len(problems) > before:
        return None
    target = msgspec.convert(plain["target"], parts.Target)
    lines[f"{target.id}/", ""] = f"{reading.told(path, root)}:1"
    options = []
    for node, words in zip(reading.under(document, "options"), plain.get("options", []), strict=True):
        made = reading.collect(node, path, root, f"{target.id}+{words['id']}/", lines, problems)
        without = tuple(words.get("without", ()))
        options.append(Option(words["id"], msgspec.convert(words["name"], parts.Text), made, without))
    made = reading.collect(document, path, root, f"{target.id}/", lines, problems)
    return Binding(target, made, tuple(plain.get("without", ())), tuple(options))


def _bind(model: Model, binding: Binding, options: tuple[str, ...]) -> parts.Architecture:
    chosen = {option.id: option for option in binding.options}
    file = f"{model.root.name}/targets/{binding.target.id}.yml"
    if unknown := [name for name in options if name not in chosen]:
        hint = f"There are: {', '.join(chosen) or 'none'}."
        raise ArchitectureError((Problem(file, f"has no option '{unknown[0]}'", hint),))
    whole: Parts = {section: dict(rows) for section, rows in model.logical.items()}
    problems: list[Problem] = []
    layers: list[Binding | Option] = [binding, *(chosen[name] for name in options)]
    for layer in layers:
        _merge(whole, layer.parts)
        problems += _drop(whole, layer.without, file)
    made = _made(model, binding.target, whole, problems)
    problems += [
        Problem(model.where(part, word, binding.target.id) or file, what, remedy)
        for part, word, what, remedy in (dangling(made) if made is not None else ())
    ]
    if problems or made is None:
        raise ArchitectureError(tuple(dict.fromkeys(problems)))
    return made


def _made(model: Model, target: parts.Target, whole: Parts, problems: list[Problem]) -> parts.Architecture | None:
    sections: dict[str, list[Any]] = {}
    for section, kind in parts.SECTIONS.items():
        sections[section] = []
        for part, words in whole.get(section, {}).items():
            if section == "waivers" and words.get("target") not in (None, target.id):
                continue
            try:
                rows = list(shorthand.long(section, words, whole.get("hypotheses", {})))
                sections[section] += [msgspec.convert(row, kind) for row in rows]
            except msgspec.ValidationError as error:
                here = model.where(part, "", target.id)
                remedy = f"Complete it in the logical model, or in targets/{target.id}.yml."
                problems.append(Problem(here, f"{part} for target {target.id}: {error}", remedy))
    if problems:
        return None
    own = {component.id: component.identity for component in sections["components"]}
    sections["flows"] = [_logged_in(flow, own) for flow in sections["flows"]]
    return parts.Architecture(target=target, **sections)


def _logged_in(flow: parts.Flow, own: Mapping[str, str | None]) -> parts.Flow:
    """A flow whose initiator is logged in as itself, where no other identity is named."""
    if flow.identity is not None or flow.authentication == "none":
        return flow
    return msgspec.structs.replace(flow, identity=own.get(initiator(flow)))


def _merge(whole: Parts, layer: Parts) -> None:
    """Lay the words of `layer` over those of `whole`; a word replaces the word, it is not merged into it."""
    for section, rows in layer.items():
        below = whole.setdefault(section, {})
        for part, words in rows.items():
            below[part] = below.get(part, {}) | words


def _drop(whole: Parts, without: tuple[str, ...], file: str) -> Iterator[Problem]:
    """Take out what a target does not have; an id that is not there is a mistake."""
    for name in without:
        found = [rows.pop(name) for rows in whole.values() if name in rows]
        if not found:
            yield Problem(file, f"drops '{name}', which no file has", "Remove it from `without`, or mend the id.")
