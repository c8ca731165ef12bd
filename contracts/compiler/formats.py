"""Text formats: the one definition of what a `uuid` or an `email` is, for every enforcer. Times are in `temporal`.

Sources: RFC 9562 (uuid, any version, hyphenated), RFC 5321/5322 dot-atom addresses of at most 254 characters
(email), RFC 1123 (hostname), RFC 3986 with a scheme (uri).
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_URI_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")


def _is_ip(version: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            version(text)
        except ValueError:
            return False
        return text.isascii() and "%" not in text

    return holds


def _is_uri(text: str) -> bool:
    if not _URI_TEXT.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.netloc or parts.path) and not re.search(r"%(?![0-9A-Fa-f]{2})", text)


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "hostname": lambda text: _HOST.fullmatch(text) is not None,
    "uri": _is_uri,
    "ipv4": _is_ip(ipaddress.IPv4Address),
    "ipv6": _is_ip(ipaddress.IPv6Address),
}
