"""What holds of every command there is, by a walk over the whole tree: help, an example, exit codes, JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli import options
from cli.habits import with_habits
from cli.main import tickets
from cli.review.history import Checkout, HistoryError
from contracts.compiler.catalogue import HOME, Catalogue
from runtime.broker import KINDS

COMMAND = Path(sys.executable).with_name("tickets")
WITHOUT_JSON: Mapping[str, str] = {
    "tickets": "a group",
    "tickets contracts": "a group",
    "tickets broker": "a group",
    "tickets quarantine": "a group",
    "tickets architecture": "a group",
    "tickets adr": "a group",
    "tickets contracts payloads": "its result is JSON Lines already",
    "tickets contracts verdict": "its result is one JSON document a payload already",
    "tickets contracts show": "--as says the form: json-schema, topic and acl are JSON",
    "tickets quarantine show": "its result is a JSON document already",
    "tickets completion": "its result is a script for a shell",
}
CHANGING: tuple[str, ...] = (
    "tickets erase",
    "tickets quarantine discard",
    "tickets quarantine replay",
    "tickets maintain",
    "tickets init",
)
CHANGING += ("tickets broker apply", "tickets adr index")


def tree(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command and group with what a person types."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from tree(below, (*path, name))


ALL = dict(tree(with_habits(tickets), ("tickets",)))


def help_of(path: str) -> str:
    """What --help prints."""
    done = CliRunner().invoke(tickets, [*path.split()[1:], "--help"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_help_an_example_and_exit_codes(path: str) -> None:
    """A sentence of what it does, at least one example that begins with this command, and what 0, 1 and 2 mean."""
    shown, command = help_of(path), ALL[path]
    assert command.help
    _, _, after = shown.partition("Example")
    assert path in after, shown
    assert "Exit codes: 0" in shown, shown
    assert shown.count("Exit codes:") == 1, shown
    assert "...\n" not in shown.partition("Commands:")[2].partition("Example")[0], shown  # a sentence that was cut off


@pytest.mark.parametrize("path", ALL)
def test_help_fits_80_columns(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples too, which are not wrapped."""
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in help_of(path).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("path", ALL)
def test_every_option_says_what_it_is_for(path: str) -> None:
    """A word of help each."""
    shown = [one for one in ALL[path].params if isinstance(one, click.Option) and not one.hidden]
    bare = [one.opts[0] for one in shown if not one.help or one.help.startswith("[")]
    assert bare == []


@pytest.mark.parametrize("path", ALL)
def test_every_result_can_be_had_as_json(path: str) -> None:
    """Or it is in the table above, with the reason; a row of the table that is not needed is one too many."""
    has = any("--json" in one.opts for one in ALL[path].params)
    assert has != (path in WITHOUT_JSON)


def test_the_table_of_exceptions_names_commands_that_exist() -> None:
    """A command that was renamed leaves no row behind."""
    assert WITHOUT_JSON.keys() <= ALL.keys()


@pytest.mark.parametrize("path", CHANGING)
def test_what_changes_something_can_be_tried_first(path: str) -> None:
    """By --dry-run, whatever else it is called too."""
    assert any("--dry-run" in one.opts for one in ALL[path].params)


WRITTEN = [
    (path, one)
    for path, command in ALL.items()
    for one in command.params
    if isinstance(one.type, click.Path) and not one.type.exists and {"--out", "--output", "--receipts"} & set(one.opts)
]


@pytest.mark.parametrize(("path", "option"), WRITTEN, ids=[f"{path} {one.opts[0]}" for path, one in WRITTEN])
def test_a_dash_is_standard_output_or_refused(path: str, option: click.Parameter, tmp_path: Path) -> None:
    """Never a file of that name, unless it is named ./-."""
    done = run(*path.split()[1:], *NEEDED.get(path, ()), option.opts[0], "-", cwd=tmp_path, TICKETS_DATA=str(tmp_path))
    assert not (tmp_path / "-").exists()
    if path == "tickets contracts diff":
        assert (done.returncode, done.stdout.partition("\n")[0]) == (0, "UNCHANGED"), done.stderr
    else:
        assert done.returncode == 2
        assert "standard output can't be written to here" in " ".join(done.stderr.split())
    assert option.type.convert("./-", option, None) == Path("./-")


NEEDED = {
    "tickets contracts diff": [str(HOME / "client_tickets/v2.odcs.yaml")] * 2,
    "tickets produce": ["client_tickets", "--events", "1"],
    "tickets init": ["orders", "--from", os.devnull],
}
"""What such a command must be given besides."""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["contrcts"], "Did you mean 'contracts'?"),
        (["contracts", "lnit"], "'lint'"),
        (["architecture", "figure"], "Did you mean 'figures'?"),
        (["quarantine", "stats", "client_ticket"], "Did you mean client_tickets?"),
        (["quarantine", "list", "client_tickts"], "Did you mean client_tickets?"),
        (["audit", "--jso"], "--json"),
        (
            ["contracts", "payloads", str(HOME / "client_tickets/v2.odcs.yaml"), "--break", "priority/enm"],
            "priority/enum",
        ),
        (["-q", "-v", "doctor"], "exclude each other"),
        (["audit", "-q"], "It stands before the command: `tickets -q ...`."),
        (["contracts", "show", "client_tickets", "--as", "jsonschema"], "Did you mean json-schema?"),
        (["contracts", "payloads", "client_ticket"], "Did you mean client_tickets?"),
        (["contracts", "rules", "maxmum-tightened"], "Did you mean maximum-tightened?"),
        (["contracts", "lint", "--contracts", "."], ". holds no contract"),
        (["contracts", "lint", str(HOME)], "is a folder. Give files"),
        (["export", "--format", "jsn"], "Did you mean json?"),
        (["architecture", "render", "--target", "aw"], "Did you mean aws?"),
        (["produce", "tickets", "--events", "1"], "It is made from client_tickets.v2: name that."),
        (["audit", "--broker", "localhost"], "Use embedded, redpanda, or HOST:PORT."),
        (["process", "client_tickets", "--once", "--spark-conf", "x"], "Write --spark-conf spark.NAME=VALUE."),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(words: list[str], wanted: str, tmp_path: Path) -> None:
    """Commands of any group, contracts, options and their values, clauses; or with what to do; exit code 2."""
    done = run(*words, cwd=tmp_path, TICKETS_DATA=str(tmp_path))
    assert done.returncode == 2, done.stderr
    assert wanted in " ".join(done.stderr.split())


def run(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command with more environment."""
    own = {**os.environ, **environment}
    return subprocess.run([COMMAND, *words], capture_output=True, text=True, timeout=60, env=own, cwd=cwd)


def test_a_clause_that_no_contract_has_is_said_and_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger may hold records refused by a contract that is gone; a typing error gets the nearest id."""
    from cli.records import told_clause

    told_clause("client_tickets", None, "client_tickets.v2/priority/enm")
    assert "Did you mean client_tickets.v2/priority/enum?" in capsys.readouterr().err
    told_clause("client_tickets", None, "client_tickets.v1/priority/enum")
    assert capsys.readouterr().err == ""


def completed(*words: str) -> list[str]:
    """What bash is offered for the last of some words, by the script that the command prints."""
    script = f"""
        eval "$({COMMAND} completion bash)"
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1}
        _tickets_completion {words[0]} "{words[-1]}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{COMMAND.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=60, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("tickets", "qua"), ["quarantine"]),
        (("tickets", "contracts", "cov"), ["coverage"]),
        (("tickets", "audit", "--so"), ["--so-far"]),
        (("tickets", "process", "client"), ["client_tickets", "client_tickets.v1", "client_tickets.v2"]),
        (("tickets", "process", "support"), []),  # describes no topic
        (("tickets", "contracts", "show", "support"), ["support_targets", "support_targets.v1"]),
        (
            ("tickets", "quarantine", "list", "client_tickets", "--clause", "client_tickets.v2/prio"),
            [f"client_tickets.v2/priority/{rule}" for rule in ("required", "type", "enum")],
        ),
        (("tickets", "contracts", "show", "client_tickets", "--as", "json"), ["json-schema"]),
    ],
)
def test_bash_completes_commands_options_contracts_and_clauses(words: tuple[str, ...], offered: list[str]) -> None:
    """With the script sourced, as in a shell."""
    assert sorted(completed(*words)) == sorted(offered)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_asks_the_command(shell: str) -> None:
    """Each is printed whole, and calls `tickets` back by the variable that it listens to."""
    done = run("completion", shell)
    assert done.returncode == 0
    assert f"_TICKETS_COMPLETE={shell}_complete" in done.stdout


def test_a_broken_contract_breaks_no_shell(tmp_path: Path) -> None:
    """Where values can't be had none are offered."""
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "v1.odcs.yaml").write_text("kind: [", "utf-8")
    done = run(
        TICKETS_CONTRACTS=str(tmp_path),
        _TICKETS_COMPLETE="bash_complete",
        COMP_WORDS="tickets process ",
        COMP_CWORD="2",
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_quiet_and_verbose_set_the_level_of_every_log(tmp_path: Path) -> None:
    """Before the command: -q leaves nothing but errors, -v shows what a command does not log by itself."""
    code = (
        "import click, json\nfrom cli.main import tickets\nfrom runtime import logs, progress\n"
        "@click.command()\ndef said():\n"
        "    logs.configure('text', 'warning')\n    log = logs.get('cli')\n"
        "    [getattr(log, level)(level + '!') for level in ('debug', 'info', 'warning', 'error')]\n"
        "    print(progress.is_alive())\n"
        "tickets.get_command = lambda ctx, name: said\n"
        "import sys\ntickets.main(sys.argv[1:], standalone_mode=False)\n"
    )
    for flags, levels in (([], "warning error"), (["-q"], "error"), (["--verbose"], "debug info warning error")):
        done = subprocess.run([sys.executable, "-c", code, *flags, "said"], capture_output=True, text=True, timeout=60)
        shown = [level for level in ("debug", "info", "warning", "error") if f"{level}!" in done.stderr]
        assert shown == levels.split(), done.stderr


def test_the_brokers_of_the_option_are_those_there_are() -> None:
    """They stand in the option too, since their room is slow to import."""
    assert set(options.BROKERS) == set(KINDS)


def test_a_branch_that_is_mistyped_is_answered_with_the_nearest() -> None:
    """Of branches and tags."""
    checkout = Checkout.of(HOME)
    branch = checkout._run("for-each-ref", "--format=%(refname:short)", "refs/heads").split()[0]
    with pytest.raises(HistoryError, match=f"Did you mean {branch}"):
        checkout.commit(f"{branch}x")


def test_json_of_small_commands(tmp_path: Path) -> None:
    """`adr new`, `adr index` and `contracts codeowners` say what they did as a document."""
    from cli.adr import command as adr

    made = CliRunner().invoke(adr, ["new", "One broker", "--folder", str(tmp_path), "--json"])
    assert json.loads(made.stdout) == {"number": 1, "file": str(tmp_path / "0001-one-broker.md"), "supersedes": None}
    index = CliRunner().invoke(adr, ["index", "--folder", str(tmp_path), "--check", "--json"])
    assert json.loads(index.stdout)["ok"] is True
    owners = CliRunner().invoke(tickets, ["contracts", "codeowners", "--org", "acme", "--json"])
    assert any(line.endswith("@acme/ticketing") for line in json.loads(owners.stdout)["lines"])


def test_contract_names_complete_without_their_files_being_named() -> None:
    """All that the catalogue finds, by name and by name with version."""
    names = {path.parent.name for path in Catalogue(HOME).files()}
    assert set(completed("tickets", "contracts", "show", "")) >= names
