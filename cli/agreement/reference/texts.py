"""What a text must be to have a format, rule by rule as the RFCs say it, without regular expressions."""

import string
from collections.abc import Callable, Mapping

_LETTERS, _DIGITS, _HEX = set(string.ascii_letters), set(string.digits), set(string.hexdigits)
_ALNUM = _LETTERS | _DIGITS
_ATEXT = _ALNUM | set("!#$%&'*+/=?^_`{|}~-")
_URI = _ALNUM | set("._~:/?#[]@!$&'()*+,;=%-")


def is_uuid(text: str) -> bool:
    """Five groups of hexadecimal digits, 8-4-4-4-12 (RFC 9562)."""
    groups = text.split("-")
    return [len(group) for group in groups] == [8, 4, 4, 4, 12] and set("".join(groups)) <= _HEX


def _is_label(text: str) -> bool:
    return 1 <= len(text) <= 63 and set(text) <= _ALNUM | {"-"} and text[0] != "-" and text[-1] != "-"


def is_hostname(text: str) -> bool:
    """Labels of at most 63 letters, digits and inner hyphens, 253 characters in all (RFC 1123)."""
    return len(text) <= 253 and all(map(_is_label, text.split(".")))


def is_email(text: str) -> bool:
    """A dot-atom of at most 64 characters, `@`, and a domain of two labels or more (RFC 5321, 5322)."""
    local, at, domain = text.partition("@")
    atoms, labels = local.split("."), domain.split(".")
    return (
        bool(at)
        and len(text) <= 254
        and len(local) <= 64
        and all(atom and set(atom) <= _ATEXT for atom in atoms)
        and len(labels) > 1
        and all(map(_is_label, labels))
    )


def is_ipv4(text: str) -> bool:
    """Four numbers up to 255, without leading zeros."""
    parts = text.split(".")
    return len(parts) == 4 and all(
        1 <= len(part) <= 3 and set(part) <= _DIGITS and int(part) <= 255 and str(int(part)) == part for part in parts
    )


def is_ipv6(text: str) -> bool:
    """Eight groups of up to four hexadecimal digits, `::` once for groups of zeros, IPv4 at the end (RFC 4291)."""
    if text.count("::") > 1 or ":::" in text:
        return False
    head, gap, tail = text.partition("::")
    groups = [group for part in (head, tail) if part for group in part.split(":")]
    size = 0
    for place, group in enumerate(groups):
        if "." in group:
            if place != len(groups) - 1 or not is_ipv4(group) or (gap and not tail):
                return False
            size += 2
        elif not 1 <= len(group) <= 4 or not set(group) <= _HEX:
            return False
        else:
            size += 1
    return size <= 7 if gap else size == 8


def is_uri(text: str) -> bool:
    """A scheme, a colon, and something after it, of the characters that RFC 3986 allows."""
    scheme, colon, rest = text.partition(":")
    if not colon or not scheme or scheme[0] not in _LETTERS or not set(scheme) <= _ALNUM | set("+.-"):
        return False
    if not set(rest) <= _URI:
        return False
    for place, char in enumerate(rest):
        if char == "%" and not (len(rest) > place + 2 and set(rest[place + 1 : place + 3]) <= _HEX):
            return False
    return _has_place(rest)


def _has_place(rest: str) -> bool:
    """An authority or a path, and brackets only around an address in the authority."""
    before = rest.split("#")[0].split("?")[0]
    authority, path = "", before
    if before.startswith("//"):
        authority, slash, path = before[2:].partition("/")
        path = slash + path
    if ("[" in authority) != ("]" in authority):
        return False
    if "[" in authority:
        host = authority[authority.index("[") + 1 : authority.index("]")]
        if not is_ipv6(host):
            return False
    return bool(authority or path)


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": is_uuid,
    "email": is_email,
    "hostname": is_hostname,
    "uri": is_uri,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
}
