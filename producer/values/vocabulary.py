"""Field names to what such fields commonly hold: the one table of realistic texts and numbers, and texts of formats.

Nobody's data: hosts and addresses are those reserved for examples (RFC 2606, RFC 5737, RFC 3849), phone numbers those
reserved for fiction.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from contracts.compiler import formats, rules
from contracts.compiler.model import Field

Draw = Callable[[Random], str]
NAMES = ("ada", "alan", "amina", "chen", "elena", "grace", "ines", "jonas", "kofi", "lena", "mats", "noor", "omar")
SURNAMES = ("Adeyemi", "Bauer", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kaya")
HOSTS = ("example.com", "example.org", "example.net")
WORDS = ("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbour", "inlet", "juniper", "kelp")
LABEL = 63  # characters of a host name between two dots


def uuid4(rng: Random) -> str:
    """A random (version 4) UUID out of a seeded source."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _one(texts: tuple[str, ...], rng: Random) -> str:
    """One of several; quicker than the source's own choice."""
    return texts[int(rng.random() * len(texts))]


FORMATS: Mapping[str, Draw] = {
    "uuid": uuid4,
    "email": lambda rng: f"{_one(NAMES, rng)}.{int(rng.random() * 10_000)}@{_one(HOSTS, rng)}",
    "hostname": lambda rng: f"{_one(WORDS, rng)}-{rng.randrange(1000)}.{_one(HOSTS, rng)}",
    "uri": lambda rng: f"https://{_one(HOSTS, rng)}/{_one(WORDS, rng)}/{rng.randrange(10_000)}",
    "ipv4": lambda rng: f"192.0.2.{rng.randrange(256)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randrange(65_536):x}",
}
rules.expect_rows(FORMATS, frozenset(formats.FORMATS), "producer/values/vocabulary.py formats")


def _letters(length: int, rng: Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=length))


def _host(length: int, rng: Random) -> str:
    """A host name of a length, its labels about as long as they may be."""
    label = LABEL if length % (LABEL + 1) else LABEL - 1
    letters = _letters(length, rng)
    return "".join("." if place % (label + 1) == label else letter for place, letter in enumerate(letters))


def _email(length: int, rng: Random) -> str:
    if length < 13:
        return _letters(length - 4, rng) + "@b.c"
    local = min(64, length - 12)
    rest = length - 1 - local
    if rest == 12:
        local, rest = local - 1, 13
    return f"{_letters(local, rng)}@{_host(rest - 12, rng)}{'.' * (rest > 12)}example.com"


def _uri(length: int, rng: Random) -> str:
    lead = "https://example.com/" if length >= 20 else "a:"
    return lead + _letters(length - len(lead), rng)


SIZED: Mapping[str, Callable[[int, Random], str]] = {
    "uuid": lambda _, rng: uuid4(rng),
    "email": _email,
    "hostname": _host,
    "uri": _uri,
    "ipv4": lambda length, _: "192.0.2.255"[:length].rstrip("."),
    "ipv6": lambda length, rng: f"2001:db8:ffff:ffff:ffff:ffff:ffff:{rng.randrange(4096, 65536):x}"[:length],
}
"""Texts of exactly a length, where a format has them (the caller looks whether it is one)."""
rules.expect_rows(SIZED, frozenset(formats.FORMATS), "producer/values/vocabulary.py lengths")


def _pool(*texts: str) -> Draw:
    return lambda rng: _one(texts, rng)


def _code(rng: Random) -> str:
    return f"{_one(WORDS, rng)[:3].upper()}-{rng.randrange(1_000_000):06d}"


@dataclass(frozen=True, slots=True)
class Row:
    """Fields whose name holds one of `words`: sources of texts, the first that fits the field is used."""

    words: frozenset[str]
    draws: tuple[Draw, ...]


def _row(words: str, *draws: Draw) -> Row:
    return Row(frozenset(words.split()), draws)


_SENTENCES = _pool(
    "Please call back in the afternoon.",
    "Delivered to the neighbour on the second floor.",
    "The customer asked for a written answer.",
    "No further action needed.",
    "Waiting for a part from the warehouse.",
    "Checked twice, works as described.",
)
_ROWS = (
    _row("email mail", FORMATS["email"]),
    _row("phone telephone mobile tel fax", lambda rng: f"+1 202 555 01{rng.randrange(100):02d}"),
    _row("uuid guid", uuid4),
    _row("url uri link website homepage", FORMATS["uri"]),
    _row("hostname host domain server", FORMATS["hostname"]),
    _row("ip ipv4", FORMATS["ipv4"]),
    _row("currency", _pool("EUR", "USD", "GBP", "CHF", "JPY", "SEK")),
    _row("language lang locale", _pool("en", "fr", "de", "es", "nl"), _pool("en-GB", "fr-FR", "de-DE")),
    _row("city town", _pool("Lyon", "Porto", "Gdańsk", "Graz", "Cork", "Uppsala", "Thessaloniki", "Turku")),
    _row(
        "country nation",
        _pool("France", "Portugal", "Poland", "Austria", "Ireland", "Sweden", "Greece", "Finland"),
        _pool("FR", "PT", "PL", "AT", "IE", "SE", "GR", "FI"),
        _pool("FRA", "PRT", "POL", "AUT", "IRL", "SWE", "GRC", "FIN"),
    ),
    _row("street address", lambda rng: f"{rng.randrange(1, 200)} {_one(WORDS, rng).capitalize()} Street"),
    _row("postcode postal zip zipcode", lambda rng: f"{rng.randrange(10_000, 100_000)}"),
    _row("region province county", _pool("North", "South", "East", "West", "Coast", "Lakes")),
    _row("status", _pool("new", "active", "pending", "done", "cancelled")),
    _row("severity level", _pool("info", "warning", "error", "critical"), _pool("I", "W", "E", "C")),
    _row("version release", lambda rng: f"{rng.randrange(5)}.{rng.randrange(20)}.{rng.randrange(50)}"),
    _row("colour color", _pool("black", "white", "grey", "blue", "green", "red", "yellow")),
    _row("file filename", lambda rng: f"{_one(WORDS, rng)}-{rng.randrange(1000)}.pdf"),
    _row("product article item", _pool("Desk lamp", "Notebook", "Kettle", "Backpack", "Umbrella", "Headphones")),
    _row("company organisation organization supplier vendor", lambda rng: f"{_one(SURNAMES, rng)} Ltd"),
    _row("team department unit", _pool("Sales", "Logistics", "Finance", "Support", "Research")),
    _row("category group kind", _pool("standard", "premium", "trial", "internal")),
    _row("sku code reference ref id key number no", _code, lambda rng: f"{rng.randrange(100)}"),
    _row("firstname first given forename", lambda rng: _one(NAMES, rng).capitalize()),
    _row("lastname last surname family", lambda rng: _one(SURNAMES, rng)),
    _row("username user login nickname", lambda rng: f"{_one(NAMES, rng)}{rng.randrange(1000)}"),
    _row("comment description note notes message body text summary reason remark subject title", _SENTENCES),
    _row(
        "name customer client person author owner contact employee driver",
        lambda rng: f"{_one(NAMES, rng).capitalize()} {_one(SURNAMES, rng)}",
    ),
)
_RANGES: tuple[tuple[frozenset[str], tuple[int, int]], ...] = tuple(
    (frozenset(words.split()), range_)
    for words, range_ in (
        ("latitude lat", (-90, 90)),
        ("longitude lon lng", (-180, 180)),
        ("quantity qty", (1, 20)),
        ("price amount cost fee total subtotal tax payment balance", (1, 500)),
        ("percent percentage pct", (0, 100)),
        ("ratio share", (0, 1)),
        ("age", (18, 90)),
        ("year", (2000, 2030)),
        ("rating stars score", (1, 5)),
        ("temperature", (-10, 40)),
        ("port", (1024, 65_535)),
    )
)


def _words(field: Field) -> frozenset[str]:
    """The words of a field's own name; of an array's items or a map's values, that of the whole."""
    name = re.sub(r"(?:\[\]|\.key|\.value)+$", "", field.path).rsplit(".", 1)[-1]
    found = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+(?![a-z])", name)]
    return frozenset(found) | {word.removesuffix("s") for word in found}


def suggested(field: Field) -> tuple[Draw, ...]:
    """Sources of texts that a field of this name commonly holds; empty where the name says nothing, and for a map's
    keys, which its name says nothing about.
    """
    words = frozenset[str]() if field.path.endswith(".key") else _words(field)
    return next((row.draws for row in _ROWS if row.words & words), ())


def usual(field: Field) -> tuple[int, int] | None:
    """The range that numbers of a field of this name commonly lie in, or None."""
    words = _words(field)
    return next((range_ for names, range_ in _RANGES if names & words), None)
