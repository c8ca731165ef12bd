"""Short forms of the model's YAML to the long ones, so that what is said often is said shortly and once.

- An amount may be a hypothesis's id (`availability: machine-availability`): its range, with it as source.
- An amount may be three numbers (`restore_h: [1, 2, 4]`): low, likely, high. Unit and source then follow from the word,
  by the table below; a word that is not in it needs the long form.
- An amount may be `{measured: NAME}`, a figure of `make bench` (measured.py): least, median and most of its rounds; or
  `{measured: {low: NAME, likely: NAME, high: NAME}}`, the least of one, the median of another, the most of a third.
  Beside it `share: 0.8` takes so much of each.
- A flow may say `each: [a, b]` instead of `source` (or `to`): one flow for each, named `<id>-<component>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from architecture.measured import SPEED, measured

_HYPOTHESIS = "hypothesis"
_MEASURED = "measured"
# word -> (unit, id of the hypothesis that stands behind such numbers)
WORDS: dict[str, tuple[str, str]] = {
    "restore_h": ("h", "restore-hours"),
    "effort_days": ("days/month", "effort-days"),
    "latency_s": ("s", "network-latency"),
    "days": ("days", "exit-days"),
    "hours": ("h", "incident-hours"),
    "detection_h": ("h", "incident-hours"),
    "per_day": ("MB/day", "events-per-day"),
}
AMOUNTS = frozenset({*WORDS, "availability", "capacity", "times", "amount"})


def long(
    section: str, words: Mapping[str, Any], hypotheses: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The parts that one part of a file stands for, in their long form."""
    whole = {word: _value(word, value, hypotheses) for word, value in words.items()}
    if section == "flows" and "each" in whole:
        yield from _each(whole)
    else:
        yield whole


def _value(word: str, value: Any, hypotheses: Mapping[str, Mapping[str, Any]]) -> Any:
    if word in AMOUNTS and isinstance(value, Mapping) and _MEASURED in value:
        return _measured(value[_MEASURED], value.get("share", 1.0))
    if isinstance(value, Mapping):
        return {key: _value(key, below, hypotheses) for key, below in value.items()}
    if word in AMOUNTS and isinstance(value, str):
        found = hypotheses.get(value, {}).get("amount")
        return value if found is None else {**found, "source": {"kind": _HYPOTHESIS, "ref": value}}
    if word in WORDS and isinstance(value, list) and len(value) == 3:
        unit, source = WORDS[word]
        low, likely, high = value
        source_words = {"kind": _HYPOTHESIS, "ref": source}
        return {"low": low, "likely": likely, "high": high, "unit": unit, "source": source_words}
    if isinstance(value, list):
        return [_value("", each, hypotheses) if isinstance(each, Mapping) else each for each in value]
    return value


def _measured(named: str | Mapping[str, str], share: float) -> dict[str, Any]:
    """An amount of figures that were measured; in order even where rounds of two figures cross."""
    names = dict.fromkeys(("low", "likely", "high"), named) if isinstance(named, str) else named
    low, likely, high = (measured(names[end]) for end in ("low", "likely", "high"))
    ends = (low.least, likely.value, high.most)
    in_order = sorted(share * (likely.value if end is None else end) for end in ends)
    source = {"kind": _MEASURED, "ref": SPEED}
    return dict(zip(("low", "likely", "high"), in_order, strict=True)) | {"unit": likely.unit, "source": source}


def _each(words: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rest = {word: value for word, value in words.items() if word != "each"}
    end = "source" if "source" not in rest else "to"
    for component in words["each"]:
        name = {language: f"{text}: {component}" for language, text in rest["name"].items()}
        yield rest | {"id": f"{rest['id']}-{component}", "name": name, end: component}
