"""Contract to enforcers: the four judges of a payload by name, each called with the bytes of one value.

pandera judges typed rows, so the bytes are read by the strict reader first: what that refuses is refused for it too.
"""

from collections.abc import Callable, Mapping, Sequence

from contracts.compiler.model import Clause, Contract, Finding
from contracts.compiler.strict_json import RefusedBytes, read

Findings = tuple[Finding, ...]
Judge = Callable[[Sequence[bytes]], list[Findings]]
NO_SECRET = b"payloads-are-judged-and-not-kept"  # pseudonyms are made and thrown away


def _json_schema(contract: Contract) -> Judge:
    from producer.schema.check import compile_check

    check = compile_check(contract, closed=False)
    return lambda payloads: [check(payload) for payload in payloads]


def _decoder(contract: Contract) -> Judge:
    from processing.decode import Decoder

    decoder = Decoder(contract, NO_SECRET)
    return lambda payloads: [decoder.judge(payload) for payload in payloads]


def _pandera(contract: Contract) -> Judge:
    from exports.payload import PayloadCheck

    check = PayloadCheck(contract)

    def judge(payloads: Sequence[bytes]) -> list[Findings]:
        """Read each payload, then judge all that could be read at once: pandera costs milliseconds a call."""
        found: list[Findings] = [()] * len(payloads)
        values: list[tuple[int, object]] = []
        for place, payload in enumerate(payloads):
            try:
                values.append((place, read(payload)))
            except RefusedBytes as refused:
                found[place] = (_refused(contract, refused),)
        for (place, _), findings in zip(values, check.judge_all([value for _, value in values]), strict=True):
            found[place] = findings
        return found

    return judge


def _reference(contract: Contract) -> Judge:
    from cli.agreement import reference

    return lambda payloads: [reference.judge(contract, payload) for payload in payloads]


def _refused(contract: Contract, refused: RefusedBytes) -> Finding:
    clause: Clause = contract.wholes()[f"$/{refused.rule}"]
    return Finding(clause.id, "$", refused.found, clause.wanted)


ENFORCERS: Mapping[str, Callable[[Contract], Judge]] = {
    "json-schema": _json_schema,
    "decoder": _decoder,
    "pandera": _pandera,
    "reference": _reference,
}
