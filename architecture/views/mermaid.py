"""Diagram to Mermaid text, the same for the same diagram.

Boxes are drawn under made-up ids, since an id such as `end` or `default` is a word of Mermaid's. Texts are escaped with
Mermaid's own codes (`#34;`). No theme is named: GitHub then draws what is outside of frames to suit a light or a dark
page; frames are always light, so lines are of a grey that both let see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from architecture.views.diagram import Arrow, Box, Chart, Frame, Message, Remark, Sequence
from architecture.views.palette import INK, LINE, PAINTS

_MARKUP = re.compile(r'["#<>;&*_`\\{}\[\]|~$^]')
_LIST = re.compile(r"^(\d+)\.|^([-+])")  # a label that begins so is read as a list, and refused
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SHAPES: Mapping[str, tuple[str, str]] = {
    "box": ("[", "]"),
    "round": ("(", ")"),
    "store": ("[(", ")]"),
    "person": ("([", "])"),
    "gate": ("{{", "}}"),
}
_LINES: Mapping[tuple[str, bool], str] = {
    ("plain", True): "-->",
    ("thick", True): "==>",
    ("dotted", True): "-.->",
    ("plain", False): "---",
    ("thick", False): "===",
    ("dotted", False): "-.-",
}
_MESSAGES: Mapping[str, str] = {"call": "->>", "answer": "-->>", "send": "-)", "lost": "-x"}
_KEY = "legend"


def mermaid(diagram: Chart | Sequence) -> str:
    """The text of a diagram, without a fence, ended by a line break."""
    lines = _chart(diagram) if isinstance(diagram, Chart) else _sequence(diagram)
    return "\n".join(lines) + "\n"


def label(lines: tuple[str, ...]) -> str:
    """Lines as one label, in which nothing is markup."""
    return "<br/>".join(_escaped(line) for line in lines if line.strip()) or " "


def _escaped(text: str) -> str:
    plain = " ".join(_CONTROL.sub(" ", text).split())
    coded = _MARKUP.sub(lambda match: f"#{ord(match[0])};", plain)
    return _LIST.sub(lambda match: f"{match[1]}#46;" if match[1] else f"#{ord(match[2])};", coded)


def _chart(chart: Chart) -> Iterator[str]:
    names = {name: f"n{number}" for number, name in enumerate(_ids(chart.inside), 1)}
    paints = dict.fromkeys(_paints(chart.inside)) | dict.fromkeys(paint for paint, _ in chart.legend)
    yield f"flowchart {'TB' if chart.down else 'LR'}"
    for part in chart.inside:
        yield from _part(part, names, 1)
    if chart.legend:
        yield from _legend(chart)
    yield from (f"  {_arrow(arrow, names)}" for arrow in chart.arrows)
    yield from (f"  {line}" for line in _line_styles(chart.arrows))
    for name in paints:
        paint = PAINTS[name]
        yield f"  classDef {name} fill:{paint.fill},stroke:{paint.edge},color:{INK}"


def _ids(inside: tuple[Box | Frame, ...]) -> Iterator[str]:
    for part in inside:
        yield part.id
        if isinstance(part, Frame):
            yield from _ids(part.inside)


def _paints(inside: tuple[Box | Frame, ...]) -> Iterator[str]:
    for part in inside:
        yield part.paint
        if isinstance(part, Frame):
            yield from _paints(part.inside)


def _part(part: Box | Frame, names: Mapping[str, str], depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(part, Box):
        left, right = _SHAPES[part.shape]
        yield f'{pad}{names[part.id]}{left}"{label(part.lines)}"{right}:::{part.paint}'
        return
    yield f'{pad}subgraph {names[part.id]}["{label((part.title,))}"]'
    for below in part.inside:
        yield from _part(below, names, depth + 1)
    yield f"{pad}end"
    yield f"{pad}class {names[part.id]} {part.paint}"


def _legend(chart: Chart) -> Iterator[str]:
    yield f'  subgraph {_KEY}["{label((chart.legend_title,))}"]'
    yield "    direction LR"
    for number, (paint, words) in enumerate(chart.legend, 1):
        yield f'    {_KEY}{number}["{label((words,))}"]:::{paint}'
    yield "  end"
    yield f"  style {_KEY} fill:none,stroke:none"


def _arrow(arrow: Arrow, names: Mapping[str, str]) -> str:
    line = _LINES[arrow.line, arrow.tip]
    words = f'|"{label(arrow.lines)}"|' if arrow.lines else ""
    return f"{names[arrow.start]} {line}{words} {names[arrow.end]}"


def _line_styles(arrows: tuple[Arrow, ...]) -> Iterator[str]:
    """One line per colour, naming the arrows drawn in it by their place."""
    for paint in dict.fromkeys(arrow.paint for arrow in arrows):
        places = ",".join(str(place) for place, arrow in enumerate(arrows) if arrow.paint == paint)
        yield f"linkStyle {places} stroke:{PAINTS[paint].edge if paint else LINE}"


def _sequence(sequence: Sequence) -> Iterator[str]:
    names = {lane.id: f"p{number}" for number, lane in enumerate(sequence.lanes, 1)}
    yield "sequenceDiagram"
    yield "  autonumber"
    for group in dict.fromkeys(lane.group for lane in sequence.lanes):
        if group:
            yield f"  box transparent {label((group,))}"
        for lane in sequence.lanes:
            if lane.group == group:
                yield f"  participant {names[lane.id]} as {label(lane.lines)}"
        if group:
            yield "  end"
    yield from map(partial(_step, names=names), sequence.steps)


def _step(step: Message | Remark, names: Mapping[str, str]) -> str:
    if isinstance(step, Message):
        return f"  {names[step.start]}{_MESSAGES[step.kind]}{names[step.end]}: {label(step.lines)}"
    return f"  note over {','.join(names[lane] for lane in step.over)}: {label(step.lines)}"
