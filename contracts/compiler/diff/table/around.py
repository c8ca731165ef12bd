"""Rules of what stands around the data: servers, service levels, roles, status, people and words."""

from contracts.compiler.diff.rule import PROMISE, UNKNOWN, VALUE, WORDS, Element
from contracts.compiler.diff.senses import (
    ADDED,
    CHANGED,
    LOOSENED,
    REMOVED,
    TIGHTENED,
    Sense,
    always,
    came_or_went,
    ladder,
)

_ANY: frozenset[str] = frozenset()


def _row(
    name: str,
    kinds: tuple[str, ...],
    sense: Sense,
    effect: str,
    says: dict[str, str],
    remedy: str,
    bump: str = "minor",
) -> Element:
    return Element(name, kinds, _ANY, sense, effect, _ANY, says, remedy, bump)


def _words(name: str, kinds: tuple[str, ...], what: str) -> Element:
    said = {CHANGED: f"{what} changed from {{old}} to {{new}}."}
    return _row(name, kinds, always, WORDS, said, "Nothing to do.", "patch")


_P = "schema.properties"
AROUND = (
    _row(
        "contract",
        (),
        came_or_went,
        PROMISE,
        {
            ADDED: "The contract {name} is new.",
            REMOVED: "The contract {name} is gone.",
            CHANGED: "The contract {old} is now called {new}.",
        },
        "Set status: deprecated, name the successor, and remove the file once nobody reads it; a new name is a new "
        "contract beside the old one.",
    ),
    _row(
        "contract-name",
        ("name", "id"),
        always,
        PROMISE,
        {CHANGED: "The contract's name (every clause id begins with it) was {old} and is {new}."},
        "Keep the name: headers, clause ids, tables and folders carry it.",
    ),
    _row(
        "server",
        ("servers",),
        came_or_went,
        PROMISE,
        {
            ADDED: "There is a new server {name}.",
            REMOVED: "The server {name} is gone.",
        },
        "Keep the old server until everybody has moved.",
    ),
    _row(
        "server-setting",
        ("servers.host", "servers.type", "servers.environment", "servers.*"),
        always,
        UNKNOWN,
        {CHANGED: "{place} is {new}, and was {old}."},
        "Only who runs the server knows whether both lead to the same place: check it, and waive this.",
    ),
    _row(
        "service-level",
        ("slaProperties",),
        came_or_went,
        PROMISE,
        {
            ADDED: "There is a new service level {name}: {new}.",
            REMOVED: "The service level {name} is gone: {old}.",
        },
        "Say it in the description first, and agree with the consumers before a promise goes.",
    ),
    _row(
        "service-level-value",
        ("slaProperties.value", "slaProperties.valueExt", "slaProperties.unit"),
        always,  # changes.py asks the service level which promise is the stricter
        PROMISE,
        {
            TIGHTENED: "More is promised: {name} is {new}, and was {old}.",
            LOOSENED: "Less is promised: {name} is {new}, and was {old}.",
            CHANGED: "Something else is promised: {name} is {new}, and was {old}.",
        },
        "Agree with the consumers before less is promised.",
    ),
    _row(
        "service-level-scope",
        ("slaProperties.element", "slaProperties.driver", "slaProperties.schedule", "slaProperties.scheduler"),
        always,
        UNKNOWN,
        {CHANGED: "What the service level {name} is about changed from {old} to {new}."},
        "Ask the consumers whether it still is the promise they rely on.",
    ),
    _row(
        "role",
        ("roles",),
        came_or_went,
        PROMISE,
        {
            ADDED: "There is a new role {name}.",
            REMOVED: "The role {name} is gone.",
        },
        "Move everybody who has the role to another one before it goes.",
    ),
    _row(
        "role-access",
        ("roles.access",),
        always,
        PROMISE,
        {CHANGED: "The role {name} may {new}, and might {old}."},
        "Make a new role for the new access, and keep this one.",
    ),
    _row(
        "status",
        ("status",),
        ladder("proposed", "draft", "active", "deprecated", "retired"),
        PROMISE,
        {
            TIGHTENED: "The contract is {new}, and was {old}.",
            LOOSENED: "The contract is {new} again, and was {old}.",
            CHANGED: "The contract is {new}, and was {old}.",
        },
        "Retire a contract only when its topic or table has no reader left.",
    ),
    _row(
        "version",
        ("version",),
        always,
        WORDS,
        {CHANGED: "The version is {new}, and was {old}."},
        "See the verdict on the version.",
        "patch",
    ),
    _words("standard", ("apiVersion", "kind"), "The version of the standard"),
    _words("team", ("team", "team.*"), "The team"),
    _words("examples", (f"{_P}.examples",), "The examples of {path}"),
    _words(
        "description",
        (
            "description",
            "description.*",
            "domain",
            "dataProduct",
            "tenant",
            "context",
            "schema.name",
            "schema.description",
            "schema.businessName",
            "schema.dataGranularityDescription",
            "schema.context",
            "schema.logicalType",
            "schema.physicalType",
            "schema.synonyms",
            "schema.synonyms.*",
            f"{_P}.description",
            f"{_P}.businessName",
            f"{_P}.transformDescription",
            f"{_P}.synonyms",
            f"{_P}.synonyms.*",
            f"{_P}.semanticType",
            f"{_P}.criticalDataElement",
            f"{_P}.physicalType",
            f"{_P}.physicalName",
            f"{_P}.encryptedName",
            f"{_P}.id",
            "schema.id",
            f"{_P}.deprecated",
            "schema.deprecated",
            "servers.description",
            "roles.description",
            "roles.id",
            "slaProperties.id",
            "slaProperties.authoritativeDefinitions",
            "roles.firstLevelApprovers",
            "roles.secondLevelApprovers",
            "slaProperties.description",
            "customProperties.words.*",
            "contractCreatedTs",
            "slaDefaultElement",
        ),
        "The words of {place}",
    ),
    _words("tags", ("tags", "schema.tags", f"{_P}.tags"), "The list of tags of {place}"),
    _words("support", ("support", "support.*"), "Where support is found"),
    _words("vendor", ("customProperties.vendor", "customProperties.vendor.*"), "Another tool's property {place}"),
    _words("price", ("price", "price.*"), "The price"),
    _words(
        "reference",
        (
            "authoritativeDefinitions",
            "authoritativeDefinitions.*",
            "schema.authoritativeDefinitions",
            "schema.authoritativeDefinitions.*",
            f"{_P}.authoritativeDefinitions",
            f"{_P}.authoritativeDefinitions.*",
        ),
        "The link of {place}",
    ),
    _row(
        "replay",
        (),
        always,
        VALUE,
        {CHANGED: "Events are read differently at {place}, and no rule of the table says why."},
        "Look at the event; and add a row for the element to contracts/compiler/diff/table/.",
    ),
    _row(
        "other",
        (),
        came_or_went,
        UNKNOWN,
        {
            ADDED: "{place} is new, and nothing here knows what it means: {new}.",
            REMOVED: "{place} is gone, and nothing here knows what it meant: {old}.",
            CHANGED: "{place} changed from {old} to {new}, and nothing here knows what it means.",
        },
        "Say in a waiver whom it concerns, or add a row for the element to contracts/compiler/diff/table/.",
    ),
)
