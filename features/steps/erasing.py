"""Sentences about a person whose data goes: a client with a name that stands nowhere else, looked for everywhere."""

import base64
import hashlib
import json
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, then, when

from features import search
from features.harness import Pipeline, wait_for
from features.steps.sending import Draft, Story, send_drafts, valid_event

CLIENT, OTHER, NAME = "CLI-424242", "CLI-000007", "zebrafink"
MAIL = f"{NAME}@example.com"
REASON = "request 2026-118"


@dataclass
class Person:
    """The client: what was sent of them, and what everything said while a scenario went on."""

    drafts: list[Draft] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def traces(self, pipeline: Pipeline) -> dict[str, bytes]:
        """All by which the client may show."""
        key = bytes.fromhex((pipeline.data / "secrets" / "pseudonym.key").read_text().strip())
        hashed = {text: hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest() for text in (MAIL, CLIENT)}
        shown = {"id": CLIENT, "name": NAME, "pseudonym of the address": hashed[MAIL], "of the id": hashed[CLIENT]}
        return {name: text.encode() for name, text in shown.items()}


@pytest.fixture
def person() -> Person:
    """Nobody yet."""
    return Person()


def event_of(client: str, **members: Any) -> Draft:
    """A valid event of a client, personal data in every field that can have it."""
    draft = valid_event(2)
    draft.event |= {"client_id": client, "request": f"I am {NAME}.", "client_email": MAIL, "nickname": f"the {NAME}"}
    draft.event |= {"attachments": [{"name": f"{NAME}.pdf", "media_type": "image/png", "size_bytes": 1}], **members}
    return draft


def _broken(value: bytes | None, **headers: str) -> Draft:
    said = {"contract": "client_tickets", "contract_version": "2.0.0", **headers}
    return Draft({}, "TCK-00000000", said, value, raw=True)


def drafts_of(client: str) -> list[Draft]:
    """Records of a client with every outcome, whole and broken."""
    first = event_of(client)
    older = event_of(client, language="fr")
    older.headers["contract_version"] = "1.0.0"
    whole = event_of(client).bytes() or b""
    return [
        first,
        Draft(dict(first.event), first.key, dict(first.headers)),
        Draft({**first.event, "priority": "high"}, first.key, dict(first.headers)),
        older,
        event_of(client, priority="urgent!!"),
        event_of(client, client_email=f"{NAME} at example", request=NAME * 400),
        event_of(client, attachments=[{"name": NAME, "media_type": NAME, "size_bytes": NAME}]),
        _broken(whole[:-10]),
        _broken(whole.replace(b"I am", b"I \xff\xfe am")),
        _broken(whole.replace(CLIENT.encode(), b"\\u0043\\u004cI-424242") + b"}"),
        _broken(whole.decode().encode("utf-16")),
        _broken(None, client=CLIENT),
        _broken(whole, contract_version="3.0.0"),
    ]


@given("a client whose events are accepted, refused, doubled, contradicted and no events at all")
def a_client(story: Story, person: Person) -> None:
    """Draft them."""
    person.drafts += drafts_of(CLIENT)
    story.drafts += person.drafts


@given("lines of the client that were refused or could not be sent")
def kept_lines(pipeline: Pipeline, person: Person, tmp_path: Path) -> None:
    """A file with lines that the producer refuses; and an outbox, beside a line of somebody else."""
    pipeline.ensure_topic()
    file = tmp_path / "own.jsonl"
    bad = (event_of(CLIENT, priority="urgent!!").bytes() or b"").decode()
    file.write_text(f"{bad}\n{bad[:-7]}\n", "utf-8")
    done = pipeline.run("produce", pipeline.contract, "--from", str(file), expect=1)
    person.said += [done.stdout, done.stderr]
    rows = [
        {"id": None, "key": "x", "headers": [], "value": base64.b64encode(event_of(client).bytes() or b"").decode()}
        for client in (CLIENT, OTHER)
    ]
    rows[1]["value"] = base64.b64encode(json.dumps({"client_id": OTHER}).encode()).decode()
    outbox = pipeline.data / "outbox" / f"{pipeline.contract}-20260105T083000.000000Z.jsonl"
    outbox.parent.mkdir()
    outbox.write_text("".join(json.dumps(row) + "\n" for row in rows))


@given("the tickets of another client")
def another_client(story: Story) -> None:
    """Draft some, of which one is refused."""
    for priority in ("low", "high", "urgent!!"):
        draft = valid_event(2)
        draft.event |= {"client_id": OTHER, "priority": priority, "request": "My invoice is wrong."}
        story.drafts.append(draft)


@given("the results are exported with raw bytes, twice")
def exported_with_raw(pipeline: Pipeline, person: Person) -> None:
    """Two folders; remembers the other client's tickets."""
    pipeline.run("export", pipeline.contract, "--format", "csv")
    pipeline.run("export", pipeline.contract, "--with-raw")
    person.others = others(pipeline)
    assert len(person.others) == 2


def others(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The other client's tickets as they are published."""
    return sorted(pipeline.rows("tickets", f"client_id = '{OTHER}'"), key=lambda row: str(row["event_id"]))


@given("the client's data is found in ledger, tickets, exports and kept lines")
def is_found(pipeline: Pipeline, person: Person) -> None:
    """The search that finds nothing later finds all there is before."""
    hits = search.found(pipeline.data, person.traces(pipeline), skip=("broker",))
    places = {tuple(Path(file).parts[:3]) for file in hits}
    tables = ("tables", pipeline.contract)
    assert {(*tables, "ledger"), (*tables, "tickets"), ("exports", pipeline.contract, "1")} <= places
    for kind in ("csv", "jsonl", "parquet", "duckdb"):
        assert [names for file, names in hits.items() if file.endswith(f".{kind}")], kind
    raw = next(names for file, names in hits.items() if file.endswith("rejected_raw.jsonl"))
    assert {"id", "name"} <= raw
    assert {Path(file).parts[0] for file in hits} == {"tables", "exports", "outbox", "refused"}
    assert {"id", "name", "pseudonym of the address"} <= set().union(*hits.values())
    digest = hashlib.blake2b(str(person.drafts[0].event["event_id"]).encode(), digest_size=16).digest()
    seen = {"first half of an event id's digest": digest[:8]}
    assert search.found(pipeline.data / "index", seen), "the index can be read too"


@when("the client is erased")
def is_erased(pipeline: Pipeline, story: Story, person: Person) -> None:
    """By an id that does not stand among the processes; once more changes nothing."""
    story.found["erased"] = erase(pipeline, person)
    before = json.loads((pipeline.data / "exports" / "latest.json").read_text())
    assert erase(pipeline, person)["ledger"] == {}
    assert json.loads((pipeline.data / "exports" / "latest.json").read_text()) == before


def erase(pipeline: Pipeline, person: Person) -> dict[str, Any]:
    """What the command answers."""
    arguments = ["erase", pipeline.contract, "--client", "-", "--reason", REASON, "--yes", "--json"]
    done = pipeline.run(*arguments, stdin=f"{CLIENT}\n")
    person.said += [done.stdout, done.stderr]
    assert REASON in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@when("the erasure of the client is killed as soon as it has begun")
def is_killed(pipeline: Pipeline) -> None:
    """With SIGKILL, once the client is on the list."""
    erasure = pipeline.start("erase", pipeline.contract, "--client", CLIENT, "--reason", REASON, "--yes")
    wait_for(lambda: erasure.poll() is not None or listed(pipeline).exists(), "the client is on the list")
    erasure.kill()
    assert erasure.wait(60) == -signal.SIGKILL


def listed(pipeline: Pipeline) -> Path:
    """The list of the erased."""
    return pipeline.data / "erased" / f"{pipeline.contract}.json"


@then("the audit complains of an unfinished erasure")
def is_unfinished(pipeline: Pipeline) -> None:
    """And says how to end it."""
    found = json.loads(pipeline.run("audit", pipeline.contract, "--json", expect=1).stdout)
    assert any("an erasure is unfinished" in complaint for complaint in found["complaints"]), found


@when("the next job has run")
def next_job(pipeline: Pipeline) -> None:
    """With nothing new to read."""
    pipeline.process()


@when("the erasure is ended by its own list")
def is_ended(pipeline: Pipeline) -> None:
    """Where nobody knows the client any more."""
    pipeline.run("erase", pipeline.contract, "--list", str(listed(pipeline)), "--yes")


@then("nothing that the pipeline keeps says anything of the client")
def nothing_is_left(pipeline: Pipeline, person: Person) -> None:
    """In any file below --data, read as what it is, the topic's own aside."""
    assert search.found(pipeline.data, person.traces(pipeline), skip=("broker",)) == {}


@then("nothing that the pipeline kept before can be read any more")
def no_way_back(pipeline: Pipeline, person: Person) -> None:
    """Older versions of every table fail, or hold nothing; older exports are gone."""
    from deltalake import DeltaTable

    texts = person.traces(pipeline).values()
    refused = 0
    for log in (pipeline.data / "tables" / pipeline.contract).glob("*/_delta_log"):
        for version in range(DeltaTable(log.parent).version()):
            try:
                rows = repr(DeltaTable(log.parent, version=version).to_pyarrow_table().to_pylist()).encode()
            except Exception:  # noqa: BLE001 - whatever says that a file is gone
                refused += 1
                continue
            assert not [text for text in texts if text in rows]
    assert refused >= 3
    folders = [path for path in pipeline.published().parent.iterdir() if path.is_dir()]
    assert folders == [pipeline.published()]


@then("every record of the client has the outcome erased")
def outcome_erased(pipeline: Pipeline, person: Person) -> None:
    """In the ledger, with nothing but coordinates and size; and in the export of what was refused."""
    places = {draft.place for draft in person.drafts}
    rows = {(row["partition"], row["offset"]): row for row in pipeline.ledger("*")}
    kept = {"partition", "offset", "received_at", "outcome", "raw_bytes", "batch", "history"}
    for place in places:
        row = rows[place]  # type: ignore[index]
        assert row["outcome"] == "erased"
        assert {name for name, value in row.items() if value is not None} <= kept
    assert {place for place, row in rows.items() if row["outcome"] == "erased"} == places
    pipeline.run("export", pipeline.contract, "--format", "parquet")
    assert len(pipeline.rows("rejected_events", "outcome = 'erased'")) == len(places)


@then("the other client's tickets are as they were")
def others_stay(pipeline: Pipeline, person: Person) -> None:
    """Value for value; the line kept of somebody else too."""
    assert others(pipeline) == person.others
    (outbox,) = (pipeline.data / "outbox").iterdir()
    (line,) = outbox.read_text().splitlines()
    assert OTHER in base64.b64decode(json.loads(line)["value"]).decode()


@when("more events of the client arrive, and all tables are built anew from the topic")
def built_anew(pipeline: Pipeline, story: Story, person: Person) -> None:
    """The list and the key stay."""
    more = drafts_of(CLIENT)
    story.drafts += more
    person.drafts += more
    send_drafts(pipeline, story)
    for folder in ("tables", "checkpoints", "index"):
        shutil.rmtree(pipeline.data / folder, ignore_errors=True)
    pipeline.process()
    pipeline.run("export", pipeline.contract, "--with-raw")


@when("all is asked that can be asked of the pipeline, and the client is erased")
def all_is_asked(pipeline: Pipeline, person: Person) -> None:
    """Whatever comes of it."""
    name = pipeline.contract
    commands = [["process", name, "--once", "--log-format", "json"], ["export", name, "--json"], ["audit", name]]
    commands += [["quarantine", "list", name], ["quarantine", "list", name, "--json"], ["quarantine", "stats", name]]
    commands += [["quarantine", "show", name, "{}:{}".format(*draft.place)] for draft in person.drafts if draft.place]
    commands += [["quarantine", "replay", name, "--json"], ["erase", name, "--client", CLIENT, "--dry-run"]]
    assert pipeline.last is not None
    person.said += [pipeline.last.stdout, pipeline.last.stderr]
    for command in commands:
        done = pipeline.run(*command)
        person.said += [done.stdout, done.stderr]
    erase(pipeline, person)


@then("neither the client's data nor the key of the pseudonyms was said or logged")
def nothing_was_said(pipeline: Pipeline, person: Person, tmp_path: Path) -> None:
    """On the terminal, in logs, in notes of exports and commits."""
    key = (pipeline.data / "secrets" / "pseudonym.key").read_text().strip()
    wanted = person.traces(pipeline) | {"key": bytes.fromhex(key), "key in hexadecimal": key.encode()}
    said = tmp_path / "said"
    said.mkdir()
    (said / "words.txt").write_text("\n".join(person.said))
    assert len(person.said) > 20
    assert search.found(said, wanted) == {}
    assert search.found(pipeline.data, wanted, skip=("broker", "secrets")) == {}
    assert (pipeline.data / "logs" / "spark.log").is_file()
