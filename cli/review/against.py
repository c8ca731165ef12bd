"""A checkout and a git ref to comparisons: every contract that was added, removed, renamed or changed since.

A changed file is compared with what it was, and with every version of it that was published before: a contract that
follows its predecessor can still break an older one. A new major version beside the old one breaks nobody by being
there; what it would break is shown, and not counted.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from cli.review.compare import Terms, compare, copied_paths, nobody
from cli.review.history import Checkout
from cli.review.versions import Written, of_text
from contracts.compiler.diff import semver
from contracts.compiler.diff.elements import differences
from contracts.compiler.diff.model import BREAKING, Comparison, Finding
from contracts.compiler.diff.proof import whole
from contracts.compiler.errors import ContractError

MOST_EARLIER = 10  # published versions of one file that are compared, newest first
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked: the checkout, the commit to compare with, how, and in how many processes."""

    checkout: Checkout
    commit: str
    terms: Terms
    workers: int


@dataclass(frozen=True, slots=True)
class _Task:
    old: Written
    new: Written
    terms: Terms


def review(order: Order, step: Step = lambda _: None) -> tuple[Comparison, ...]:
    """One comparison a contract that changed, in the order of their files; `step` is told what is looked at.

    ContractError where one of the files does not compile, HistoryError where git can't answer.
    """
    old, new = _old(order), _new(order)
    whole_files = [*_gone(old, new), *_come(old, new)]
    tasks = [*_changed(order, old, new), *_majors(order, old, new)]
    made = [*whole_files, *_run(tasks, order.workers, step)]
    return tuple(sorted(_merged(made), key=lambda row: (row.file, row.informative)))


def _old(order: Order) -> dict[str, str]:
    found = {file: order.checkout.text_at(order.commit, file) for file in order.checkout.files_at(order.commit)}
    return {file: text for file, text in found.items() if text is not None}


def _new(order: Order) -> dict[str, str]:
    root = order.checkout.root
    return {file: (root / file).read_text("utf-8") for file in order.checkout.files()}


def _parsed(text: str, file: str, commit: str = "") -> Written:
    """A file's version; line numbers and names are those of the file, whichever commit the text is from."""
    made = of_text(text, file)
    return replace(made, where=f"{file} at {commit[:10]}" if commit else file)


def _renamed(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Files that went and came with the same schema under another name: old path to new path."""
    made: dict[str, str] = {}
    for gone in sorted(old.keys() - new.keys()):
        for come in sorted(new.keys() - old.keys() - set(made.values())):
            one, two = _parsed(old[gone], gone), _parsed(new[come], come)
            kinds = {row.kind for row in differences(one.version.document, two.version.document)}
            if not any(kind.startswith("schema.properties") for kind in kinds):
                made[gone] = come
                break
    return made


def _gone(old: dict[str, str], new: dict[str, str]) -> Iterator[Comparison]:
    renamed = _renamed(old, new)
    for file in sorted(old.keys() - new.keys()):
        before = _parsed(old[file], file)
        if file not in renamed:
            yield _whole(whole("removed", before.version), before, file)
            continue
        after = _parsed(new[renamed[file]], renamed[file])
        if after.version.contract.key != before.version.contract.key:
            finding = whole("changed", before.version, after.version.contract.key)
            yield _whole(finding, after, renamed[file])


def _come(old: dict[str, str], new: dict[str, str]) -> Iterator[Comparison]:
    taken = set(_renamed(old, new).values())
    for file in sorted(new.keys() - old.keys() - taken):
        after = _parsed(new[file], file)
        yield _whole(whole("added", after.version), after, file)


def _whole(finding: Finding, written: Written, file: str) -> Comparison:
    contract = written.version.contract
    return Comparison(contract.key, file, "", contract.compatibility, (finding,), None, None, False)


def _changed(order: Order, old: dict[str, str], new: dict[str, str]) -> Iterator[_Task]:
    """Each changed file against what it was, and against every version published before."""
    published = order.checkout.is_published(order.commit)
    contracts = {file: _parsed(text, file).version.contract for file, text in new.items()}
    moved = {come: gone for gone, come in _renamed(old, new).items()}
    for file in sorted(new):
        before = moved.get(file, file)
        if before not in old or old[before] == new[file]:
            continue
        after = _parsed(new[file], file)
        outputs = [contract for contract in contracts.values() if contract.source == after.version.contract.key]
        copied = copied_paths(after.version.contract, outputs)
        terms = replace(order.terms, published=published, own_file=False, copied=copied)
        yield _Task(_parsed(old[before], before, order.commit), after, terms)
        yield from _published(order, before, old[before], after, terms)


def _published(order: Order, file: str, text: str, after: Written, terms: Terms) -> Iterator[_Task]:
    """Earlier versions, the last text of each number; what does not compile any more is passed over."""
    seen = {of_text(text, file).version.contract.version}
    for commit, earlier in order.checkout.earlier(order.commit, file):
        try:
            before = _parsed(earlier, file, commit)
        except ContractError:
            continue
        version = before.version.contract.version
        if version in seen or not order.checkout.is_published(commit):
            continue
        seen.add(version)
        if len(seen) > MOST_EARLIER:
            return
        yield _Task(before, after, replace(terms, published=False))


def _majors(order: Order, old: dict[str, str], new: dict[str, str]) -> Iterator[_Task]:
    """A new major version against the one before it."""
    known = {file: _parsed(text, file) for file, text in new.items()}
    taken = set(_renamed(old, new).values())
    for file in sorted(new.keys() - old.keys() - taken):
        mine = known[file].version.contract
        lower = [
            other
            for other in known.values()
            if other.version.contract.name == mine.name and other.version.contract.major < mine.major
        ]
        if lower:
            before = max(lower, key=lambda row: row.version.contract.major)
            yield _Task(before, known[file], replace(order.terms, informative=True))


def _run(tasks: list[_Task], workers: int, step: Step) -> Iterator[Comparison]:
    """Each task in a process of its own where there are several: replay is plain computation."""
    if len(tasks) < 2 or workers < 2:
        for task in tasks:
            step(f"{task.new.version.contract.key} against {task.old.where}")
            yield _one(task)
        return
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("forkserver")) as pool:
        for task, made in zip(tasks, pool.map(_one, [_plain(task) for task in tasks]), strict=True):
            step(f"{task.new.version.contract.key} against {task.old.where}")
            yield made


def _plain(task: _Task) -> _Task:
    """The task without what can't be sent to another process."""
    return replace(task, terms=replace(task.terms, advance=nobody))


def _one(task: _Task) -> Comparison:
    return compare(task.old, task.new, task.terms)


def _merged(made: list[Comparison]) -> Iterator[Comparison]:
    """One comparison a file: what only an earlier version shows is added to that with the last one."""
    first: dict[tuple[str, bool], Comparison] = {}
    for row in made:
        place = (row.file, row.informative)
        first[place] = row if place not in first else _with_earlier(first[place], row)
    yield from first.values()


def _with_earlier(last: Comparison, earlier: Comparison) -> Comparison:
    if earlier.version is None or last.version is None:
        return replace(last, findings=(*last.findings, *earlier.findings))
    known = {(row.rule, row.place) for row in last.findings}
    since = earlier.version.old
    added = tuple(
        replace(row, says=f"{row.says} This breaks version {since}, which was published earlier.")
        for row in earlier.findings
        if row.verdict == BREAKING and (row.rule, row.place) not in known
    )
    if not added:
        return last
    findings = (*added, *last.findings)
    version = replace(last.version, published=True, own_file=False)
    return replace(last, findings=findings, version=semver.again(version, findings))
