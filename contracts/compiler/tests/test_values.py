"""Bytes, formats, patterns and numbers: the meanings that every enforcer shares."""

from decimal import Decimal

import pytest

from contracts.compiler.formats import FORMATS
from contracts.compiler.numbers import is_multiple, within_digits
from contracts.compiler.strict_json import RefusedBytes, read


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (b"", "json"),
        (b"   ", "json"),
        (b"{", "json"),
        (b"{} {}", "json"),
        (b'{"a": NaN}', "json"),
        (b'{"a": -Infinity}', "json"),
        (b"{'a': 1}", "json"),
        (b'{"a": 01}', "json"),
        (b'{"a": 1,}', "json"),
        (b'{"a": "\t"}', "json"),
        (b'{"a": "\xff"}', "utf8"),
        (b"\xef\xbb\xbf{}", "utf8"),
        (b'{"a": "\\ud800"}', "utf8"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "duplicate_key"),
        (b"[" * 65 + b"]" * 65, "depth"),
        (b"[" * 100_000, "depth"),
        (b"9" * 5000, "number"),
        (b"1e999999999", "number"),
        (b"1e99999999999999999999", "number"),
    ],
)
def test_bytes_that_are_no_plain_json_are_refused(value: bytes, rule: str) -> None:
    """Strictly by RFC 8259, and what it calls unpredictable too; never with a traceback."""
    with pytest.raises(RefusedBytes) as refused:
        read(value)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("value", "rule", "schema"),
    [
        (b'\0\0\0\0\x07{"a": 1}', "json", 7),
        (b'\0\0\x01\x86\xa1{"a": 1}', "utf8", 100_001),
        (b'\0\x01\x02\x03\x04{"a": 1}', "json", 16_909_060),
        (b"\0\0\0\0\x07\x02\xff\x06", "utf8", 7),
    ],
)
def test_a_framed_value_is_told_as_such(value: bytes, rule: str, schema: int) -> None:
    """The clause is the one its bytes break, whatever follows the frame; what was found is the frame and its schema."""
    with pytest.raises(RefusedBytes) as refused:
        read(value)
    assert refused.value.rule == rule
    assert refused.value.found.startswith("a value framed by a Schema Registry serializer")
    assert f"schema id {schema})" in refused.value.found


@pytest.mark.parametrize("value", [b"\0\0\0\0\x07", b"\0", '{"a": 1}'.encode("utf-16-be"), b'{"a": "\0\0\0\0\x07"}'])
def test_what_only_begins_like_a_frame_is_not_called_one(value: bytes) -> None:
    """A frame without a payload, UTF-16, and a zero byte inside a text are told like any other bytes."""
    with pytest.raises(RefusedBytes) as refused:
        read(value)
    assert "Schema Registry" not in refused.value.found


def test_numbers_are_read_exactly() -> None:
    """No number passes through a binary float."""
    assert read(b'{"a": 0.1, "b": 12345678901234567890, "c": 1e2}') == {
        "a": Decimal("0.1"),
        "b": 12345678901234567890,
        "c": Decimal("1e2"),
    }


def test_64_levels_are_read() -> None:
    """The bound is the last depth that passes."""
    assert read(b"[" * 64 + b"]" * 64)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("uuid", ["0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11"], ["0b7c7c1e52ae4a1c9d0f5d4f6f0f6f11", "{0b7c7c1e}", ""]),
        ("email", ["ada@example.com", "a.b+c@x-y.example"], ["ada", "a@b", "a@@b.c", ".a@b.c", "a@b..c", "a@b.c\n"]),
        ("ipv4", ["10.0.0.1"], ["10.0.0", "256.1.1.1", "010.1.1.1", "1.1.1.1 "]),
        ("ipv6", ["::1", "2001:db8::1"], ["1::2::3", "fe80::1%eth0", "::g"]),
        ("hostname", ["a", "a-b.example"], ["-a", "a_b", "a..b", "x" * 64]),
        ("uri", ["https://example.com/a?b=c", "urn:isbn:123"], ["example.com", "http://[", "a:%zz", "http://a b"]),
    ],
)
def test_formats(name: str, good: list[str], bad: list[str]) -> None:
    """Each format by its RFC, at its edges."""
    assert [text for text in good if not FORMATS[name](text)] == []
    assert [text for text in bad if FORMATS[name](text)] == []


def test_multiples_are_exact() -> None:
    """Every cent is a multiple of 0.01, and nothing else is."""
    assert all(is_multiple(Decimal(cents).scaleb(-2), Decimal("0.01")) for cents in range(-500, 3000))
    assert not is_multiple(Decimal("0.005"), Decimal("0.01"))
    assert is_multiple(Decimal("1e30"), Decimal("0.01"))
    assert not is_multiple(Decimal("1e-30"), 3)


def test_decimal_columns_hold_what_they_say() -> None:
    """Zeros at either end do not count."""
    assert within_digits(Decimal("9999999999.99"), 10, 2)
    assert within_digits(Decimal("0.070"), 10, 2)
    assert not within_digits(Decimal("0.071"), 10, 2)
    assert not within_digits(Decimal("10000000000"), 10, 2)
    assert within_digits(Decimal("1e9"), 10, 2)
