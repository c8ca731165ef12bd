"""Results and the budget of hops to HTML: the table of figures, and the plots for which there is something to draw."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.figures.rates import OWN, PLAIN
from benchmarks.figures.study import rounds
from benchmarks.figures.values import Figure, of
from benchmarks.page import plots
from benchmarks.speed.trace import Trace
from benchmarks.told import number, verdict
from cli.report import themed

Document = Mapping[str, Any]
BUDGET = ("way", "hop", "microseconds", "how_measured")  # the keys of a row of benchmarks/results/budget.json

STYLE = f"""
:root {{ color-scheme: light dark; --ink: #16181a; --faint: #5c6166; --line: #d9dcdf; --page: #ffffff; --miss: #a33a00;
  --good: #00694a; }}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto;
  max-width: 860px; padding: 16px; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; }} h2 {{ font-size: 1.15rem; margin: 2.2em 0 .4em; }}
p, td, th, li, dd {{ overflow-wrap: anywhere; }}
.faint, th {{ color: var(--faint); font-weight: normal; }}
table {{ border-collapse: collapse; width: 100%; font-size: .92rem; }}
th, td {{ text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }}
.value {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.miss {{ color: var(--miss); }} .good {{ color: var(--good); }}
.limit {{ color: var(--faint); font-size: .9em; }}
{themed.style()}
@media (max-width: {themed.SWAP}) {{
  thead {{ display: none; }} tr {{ display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }}
  td {{ display: block; border: 0; padding: 1px 0; }} td.value {{ display: inline-block; margin-right: 14px; }}
  td[data-name]::before {{ content: attr(data-name) " "; color: var(--faint); }} }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8eaec; --faint: #a0a6ac; --line: #3a3f44; --page: #16181a;
  --miss: #ff9a66; --good: #5fd6ae; }} }}
"""


def page(results: Document, budget: Sequence[Document]) -> str:
    """The whole page; `budget` are rows of BUDGET, none where hops are not measured. ValueError over a bad row."""
    body = "\n".join(_parts(results, budget))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Speed of the client tickets job</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _parts(results: Document, budget: Sequence[Document]) -> Iterator[str]:
    yield "<h1>Speed of the client tickets job</h1>"
    yield _about(results)
    figures = [of(document) for document in results["figures"]]
    yield from _table("Figures and targets", [figure for figure in figures if figure.target is not None])
    yield from _table("For comparison", [figure for figure in figures if figure.target is None])
    yield from _left_out(results)
    found = {study: {name: part["found"] for name, part in parts.items()} for study, parts in results["parts"].items()}
    yield from _traces(found.get("rates", {}))
    yield from _latency(found.get("latency", {}))
    yield from _budget(budget)


def _about(results: Document) -> str:
    on, sizes = results["machine"], results["sizes"]
    kernel = "with the kernel" if on["kernel"] else "without the kernel"
    words = [
        f"Measured {results['made_at'][:10]} at revision {results['revision']} on {on['cores']} cores ({on['cpu']}), "
        f"{on['memory_gb']} GB of memory, load before {on['load_before']}, {kernel}.",
        f"Python {on['python']}, Java {on['java']}, Spark {on['spark']}, Delta {on['delta']}, Kafka {on['kafka']}.",
        "Ratios are of medians within one run; rates are those of the machine.",
    ]
    if sizes["scale"] != 1 or sizes["quick"]:
        words.append(f"A trial at {sizes['scale']:g} of the usual events{', the quick one' if sizes['quick'] else ''}.")
    return f'<p class="faint">{html.escape(" ".join(words))}</p>'


def _table(title: str, figures: Sequence[Figure]) -> Iterator[str]:
    if not figures:
        return
    head = "".join(f'<th class="value">{name}</th>' for name in ("median", "min", "max"))
    last = "target" if figures[0].target else ""
    yield f"<h2>{title}</h2><table><thead><tr><th></th>{head}<th>{last}</th></tr></thead><tbody>"
    for figure in figures:
        unit = "" if figure.kind == "ratio" else f" {figure.unit}"
        values = (("median", figure.value), ("min", figure.least), ("max", figure.most))
        cells = "".join(f'<td class="value" data-name="{name}">{number(value)}{unit}</td>' for name, value in values)
        note = f'<div class="limit">{html.escape(figure.note)}</div>' if figure.note else ""
        yield f"<tr><td>{html.escape(figure.says)}{note}</td>{cells}<td>{_verdict(figure)}</td></tr>"
    yield "</tbody></table>"


def _verdict(figure: Figure) -> str:
    if figure.target is None:
        return ""
    reached = figure.target.reached(figure.value)
    limit = "" if reached else f'<div class="limit">{html.escape(figure.target.limit)}</div>'
    return f'<span class="{"good" if reached else "miss"}">{html.escape(verdict(figure))}</span>{limit}'


def _left_out(results: Document) -> Iterator[str]:
    lines = [f"{name}: {why}" for name, why in results["failed"].items()]
    missing = Counter(part.split()[0] for part in results["missing"])
    lines += [f"{study}: {count} parts are not measured yet" for study, count in missing.items()]
    if lines:
        yield f"<h2>Not measured</h2><ul>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</ul>"


def _traces(found: Mapping[str, Any]) -> Iterator[str]:
    """Events committed over time, and all ways side by side."""
    traces = [(name.rsplit("-", 1)[1], Trace.of(document)) for name, document in found.items()]
    ways = list(dict.fromkeys(trace.way for _, trace in traces))
    if not ways:
        return
    rows: list[themed.Row] = []
    for number_, trace in traces:
        for count, at in ((0, 0.0), *trace.commits):
            rows.append({"way": trace.way, "round": number_, "seconds": round(at, 2), "events": count / 1e6})
    yield "<h2>Events committed over time</h2>"
    yield "<p>A line is one run, from the start of its process: first comes the start of what it uses.</p>"
    yield themed.svg(lambda width: plots.progress(rows, width), "Events committed over seconds, a line for each run")
    bars = [row for way in ways for row in _bars(found, way)]
    if bars:
        yield "<h2>Side by side</h2>"
        yield f"<p>Bars are medians, lines reach from the least to the most of a round. {html.escape(_who(ways))}</p>"
        yield themed.svg(lambda width: plots.rates(bars, width), "Thousand events a second of each way")


def _bars(found: Mapping[str, Any], way: str) -> Iterator[themed.Row]:
    traces = [Trace.of(document) for document in rounds(found, way)]
    for kind, name in (("steady", "steady"), ("whole", "whole run")):
        values = [rate / 1_000 for trace in traces if (rate := getattr(trace, kind)()) is not None]
        if values:
            yield {"way": way, "kind": name, "least": min(values), "median": median(values), "most": max(values)}


def _who(ways: Sequence[str]) -> str:
    others = [way for way in ways if way not in (*OWN, PLAIN)]
    said = "job is the whole product, ledger its first stage, copy a bare Spark copy, python plain Python."
    return f"{said} {', '.join(others)}: engines a user would pick instead." if others else said


def _latency(found: Mapping[str, Any]) -> Iterator[str]:
    if "stream" not in found:
        return
    quantiles = {float(q): float(seconds) for q, seconds in found["stream"]["quantiles"]}
    rows = [{"seconds": seconds, "share": q} for q, seconds in sorted(quantiles.items())]
    marks = [{"seconds": quantiles[q], "share": q, "says": f"p{q:g} {quantiles[q]:.2f} s"} for q in (50.0, 99.0)]
    yield "<h2>From sent to readable</h2>"
    yield f"<p>{found['stream']['events']:,} events, sent at {found['stream']['events_per_s']:,.0f} a second.</p>"
    yield themed.svg(lambda width: plots.distribution(rows, marks, width), "Share of events readable within seconds")


def _budget(rows: Sequence[Document]) -> Iterator[str]:
    for row in rows:
        if missing := [key for key in BUDGET if key not in row]:
            raise ValueError(f"a row of the budget lacks {', '.join(missing)}: {dict(row)}")
    if not rows:
        return
    yield "<h2>Where the time goes</h2><p>Microseconds an event, hop by hop.</p>"
    yield themed.svg(lambda width: plots.budget(rows, width), "Microseconds an event of each hop, stacked by way")
    head = '<th>way</th><th>hop</th><th class="value">µs an event</th><th>measured by</th>'
    yield f"<table><thead><tr>{head}</tr></thead><tbody>"
    for row in rows:
        cells = f"<td>{html.escape(row['way'])}</td><td>{html.escape(row['hop'])}</td>"
        value = f'<td class="value">{number(row["microseconds"])} µs</td>'
        yield f"<tr>{cells}{value}<td>{html.escape(row['how_measured'])}</td></tr>"
    yield "</tbody></table>"
