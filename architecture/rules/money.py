"""Rules of numbers: that each says where it comes from, and that what is left behind can be left."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from architecture import parts
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule

OLD_PRICE_DAYS = 365


def _prices(facts: Facts) -> Iterator[tuple[parts.Price, parts.Source | None]]:
    for price in facts.architecture.prices:
        yield price, price.amount.source


def _without_source(facts: Facts) -> Iterator[Fault]:
    for price, source in _prices(facts):
        if source is None:
            yield Fault(price.id, "amount", f"{price.amount.likely:g} {price.currency} comes from nowhere")
        elif source.kind == "public-page" and source.date is None:
            yield Fault(price.id, "amount", f"was read on {source.ref}, and nobody says when")


def _old_price(facts: Facts) -> Iterator[Fault]:
    for price, source in _prices(facts):
        if source and source.date and facts.around.age_days(source.date) > OLD_PRICE_DAYS:
            yield Fault(price.id, "amount", f"was read on {source.date}, {facts.around.age_days(source.date)} days ago")


def _flat_assumption(facts: Facts) -> Iterator[Fault]:
    for part, word, amount in facts.amounts:
        if amount.source and amount.source.kind == "assumption" and amount.low == amount.high:
            yield Fault(part, word, f"assumes {amount.likely:g} {amount.unit} without a range")


def _no_page(facts: Facts) -> Iterator[Fault]:
    for part, word, amount in facts.amounts:
        source = amount.source
        if (
            source
            and source.kind in ("assumption", "public-page")
            and urlsplit(source.ref).scheme not in ("http", "https")
        ):
            yield Fault(part, word, f"names '{source.ref}' as the page to verify {amount.likely:g} {amount.unit} on")


def _dangling_source(facts: Facts) -> Iterator[Fault]:
    hypotheses = facts.architecture.one("hypotheses")
    for part, word, amount in facts.amounts:
        source = amount.source
        known = (
            source is None
            or (source.kind == "hypothesis" and source.ref in hypotheses)
            or (source.kind == "contract" and source.ref in facts.around.contracts)
            or (source.kind == "measured" and facts.around.has(source.ref))
            or (source.kind == "decision" and bool(list((facts.around.files / "adr").glob(f"{source.ref}-*.md"))))
            or source.kind in ("assumption", "public-page")
        )
        if source and not known:
            yield Fault(
                part,
                word,
                f"takes {amount.likely:g} {amount.unit} from the {source.kind} '{source.ref}', which is not there",
            )


def _disorder(facts: Facts) -> Iterator[Fault]:
    for part, word, amount in facts.amounts:
        if not amount.low <= amount.likely <= amount.high:
            yield Fault(part, word, f"{amount.low:g}, {amount.likely:g}, {amount.high:g} is no low, likely, high")


def _no_exit(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        keeps = [held.data for held in part.holds if part.kind != "client"]
        if keeps and part.exit is None:
            yield Fault(part.id, "", f"keeps {', '.join(keeps)}, and nobody knows how to leave it")


def _hidden_lock(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if part.exit and part.exit.formats == "proprietary" and not (part.exit.proprietary and part.exit.substitute):
            lacks = "what holds us" if not part.exit.proprietary else "by what it is replaced"
            yield Fault(part.id, "exit", f"is proprietary ({part.product}), and does not say {lacks}")


ROWS = (
    Rule(
        "price-without-source",
        "error",
        "part",
        "Every price has a source, and one read on a public page the day it was read.",
        "A price changes without telling; a number without a source was made up.",
        "Name the page and the day; if nobody read it, call it an assumption with a range.",
        _without_source,
    ),
    Rule(
        "price-old",
        "warning",
        "part",
        f"A price was read within {OLD_PRICE_DAYS} days.",
        "A decision is then made on last year's list.",
        "Read the page again.",
        _old_price,
    ),
    Rule(
        "assumption-without-range",
        "error",
        "part",
        "An assumption is a range.",
        "One number looks measured; how unsure it is drives the decision.",
        "Say low, likely and high.",
        _flat_assumption,
    ),
    Rule(
        "source-without-page",
        "error",
        "part",
        "An assumption and a public page name the address on which the number can be verified.",
        "Otherwise verifying begins with a search.",
        "Set source.ref to the address.",
        _no_page,
    ),
    Rule(
        "source-unknown",
        "error",
        "part",
        "The hypothesis, contract, decision or measured file that a number comes from exists.",
        "A number whose source is gone cannot be checked, nor corrected.",
        "Mend source.ref.",
        _dangling_source,
    ),
    Rule(
        "range-out-of-order",
        "error",
        "part",
        "A range is low <= likely <= high.",
        "Draws from it would fail, or lie.",
        "Put the three numbers in order.",
        _disorder,
    ),
    Rule(
        "store-without-exit",
        "error",
        "part",
        "What keeps data says how it is left: days, formats, substitute.",
        "The price of leaving decides what the next contract costs.",
        "Add exit.",
        _no_exit,
    ),
    Rule(
        "lock-in-unnamed",
        "error",
        "part",
        "What is proprietary says what holds us, and by what it would be replaced.",
        "A lock that nobody named is found on the day of leaving.",
        "List it under exit.proprietary, and name the substitute.",
        _hidden_lock,
    ),
)
