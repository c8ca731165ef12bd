"""Two readers, one by the standard library and one by the grammar, say the same of every JSON text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.agreement.reference import json_text
from contracts.compiler import strict_json

READ = "read"
CASES = [
    (b"{}", READ),
    (b' {"a" : [1, 2.5e3, -0, true, null, "x"]}\r\n', READ),
    (b'"\\ud83d\\ude00"', READ),
    (b'"\\uffff\\u0000"', READ),
    (b"123123123123123123123123", READ),
    (b"1E+2", READ),
    (b'{"a":1,"a":2}', "duplicate_key"),
    (b'{"a":1,"\\u0061":2}', "duplicate_key"),
    (b"\xef\xbb\xbf{}", "utf8"),
    (b"\xff\xfe[\x00]\x00", "utf8"),
    (b'["\xe9"]', "utf8"),
    (b'["\xc0\xaf"]', "utf8"),
    (b'["\xed\xa0\x80"]', "utf8"),
    (b'["\xf4\xbf\xbf\xbf"]', "utf8"),
    (b"\0\0\x01\x86\xa1[]", "utf8"),
    (b'["\\ud800"]', "utf8"),
    (b'["\\ud800\\ud800"]', "utf8"),
    (b'["\\udd1e\\ud834"]', "utf8"),
    (b'["\\ud800\\u0061"]', "utf8"),
    (b"[0.4e00669999999999999999999999999999999999999999969999999006]", "number"),
    (b"-1e+9999", "number"),
    (b"1e-400000", "number"),
    (b"0e999", "number"),
    (b"9" * 401, "number"),
    (b"[" * 64 + b"]" * 64, READ),
    (b"[" * 65 + b"]" * 65, "depth"),
    (b"[" * 100_000, "depth"),
    (b'{"":' * 100 + b"1" + b"}" * 100, "depth"),
    *[
        (text, "json")
        for text in (
            b"",
            b" ",
            b"\0\0\0\0\x07[]",
            b"[1,]",
            b"[1 2]",
            b"[01]",
            b"[-]",
            b"[+1]",
            b"[.5]",
            b"[1.]",
            b"[1e]",
            b"[NaN]",
            b"[Infinity]",
            b"['x']",
            b"[tru]",
            b'{"a"}',
            b'{"a":1,}',
            b"{a:1}",
            b"{} {}",
            b"{}]",
            b'["\t"]',
            b'["\\x61"]',
            b'["\\u00g0"]',
            b'["',
            b"[1]//",
            b"\x0c[]",
            b"\xe2\x81\xa0[]",
            b'["\\u12"]',
        )
    ],
]


def ours(data: bytes) -> str:
    """What the reader of the enforcers says."""
    try:
        strict_json.read(data)
    except strict_json.RefusedBytes as refused:
        return refused.rule
    return READ


def reference(data: bytes) -> str:
    """What the reference says."""
    try:
        json_text.read(data)
    except json_text.Refused as refused:
        return refused.rule
    return READ


@pytest.mark.parametrize(("data", "wanted"), CASES, ids=[repr(data[:30]) for data, _ in CASES])
def test_what_the_standard_leaves_open_is_decided(data: bytes, wanted: str) -> None:
    """Each row of docs/json.md, by both readers."""
    assert (ours(data), reference(data)) == (wanted, wanted)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_what_is_written_is_read_alike(value: object) -> None:
    """The two readers make the same value of what the standard library writes."""
    import json

    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    said = ours(text)
    assert said == reference(text)
    if said == READ:
        assert strict_json.read(text) == json_text.read(text)


@given(st.text(alphabet='{}[]",:\\u0129.eE+-tfn adD8', max_size=40))
def test_what_looks_like_json_is_judged_alike(text: str) -> None:
    """Not one case apart on text made of JSON's own characters."""
    assert ours(text.encode()) == reference(text.encode())
