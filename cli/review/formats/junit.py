"""Report to JUnit XML, as CI servers read it: a suite per contract, a case per change.

A change above the bar is a failure, a waived one is skipped; so is all of a comparison that does not count.
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # writes only; nothing is parsed

from cli.review.formats import words
from cli.review.formats.context import Context
from cli.review.formats.values import json_text
from contracts.compiler.diff.model import Comparison, Finding, Report, Witness

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, context: Context) -> str:
    """One XML document; characters that XML cannot hold are written as `\\u0000`."""
    root = Element("testsuites", name="contract review")
    for row in words.in_order(report):
        _suite(root, row, context)
    if report.problems:
        suite = SubElement(root, "testsuite", name="waivers")
        for number, problem in enumerate(report.problems, 1):
            case = _case(suite, "waivers", f"waiver problem {number}")
            if context.bar == "none":
                _output(case, problem)
            else:
                _failure(case, "waiver", problem, problem)
    for suite in root:
        _count(suite)
    _count(root)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, row: Comparison, context: Context) -> None:
    suite = SubElement(root, "testsuite", name=_text(row.contract), file=_text(row.file))
    for finding in words.worst_first(row.findings):
        _finding(suite, finding, row, context)
    if row.version:
        case = _case(suite, row.contract, f"version {row.version.old} to {row.version.new}")
        if context.dishonest(row):
            _failure(case, "version", row.version.says, row.version.says)
        else:
            _output(case, row.version.says)
    if not len(suite):
        _output(_case(suite, row.contract, "unchanged"), words.circumstances(row))


def _finding(suite: Element, finding: Finding, row: Comparison, context: Context) -> None:
    case = _case(suite, row.contract, f"{finding.rule} {words.place(finding)}")
    case.set("file", _text(row.file))
    if finding.line is not None:
        case.set("line", str(finding.line))
    if finding.waiver:
        SubElement(case, "skipped", message=_text(words.decision(finding.waiver)))
    elif row.informative:
        SubElement(case, "skipped", message="for information, not counted")
    elif context.stops(finding):
        _failure(case, finding.verdict, finding.says, _told(finding))
    _output(case, _witness(finding.witness) if finding.witness else _told(finding))


def _case(suite: Element, contract: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=_text(contract), name=_text(name), time="0")


def _failure(case: Element, kind: str, message: str, text: str) -> None:
    SubElement(case, "failure", type=kind, message=_text(message)).text = _text(text)


def _output(case: Element, text: str) -> None:
    SubElement(case, "system-out").text = _text(text)


def _told(finding: Finding) -> str:
    said = [finding.says, words.change(finding, 500), words.harm(finding)]
    return "\n".join([*said, *words.remarks(finding), f"Remedy: {finding.remedy}" if finding.remedy else ""]).strip()


def _witness(witness: Witness) -> str:
    around = [f"{name}: {said}" for name, said in witness.circumstances.items()]
    return "\n".join(
        [
            f"{words.proof(witness)}:",
            *(json_text(event, None) for event in words.events(witness)),
            *around,
            words.outcome(witness),
        ]
    )


def _count(suite: Element) -> None:
    """Set the totals that readers of the format expect."""
    suite.set("tests", str(len(list(suite.iter("testcase")))))
    suite.set("failures", str(len(list(suite.iter("failure")))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(list(suite.iter("skipped")))))
    suite.set("time", "0")


def _text(text: str) -> str:
    return _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
