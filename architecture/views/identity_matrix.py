"""Who may do what: every identity, what it may do and to what, who vouches for it and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene

_ABOUT = (
    "identity",
    "id",
    "kind",
    "used-by",
    "issuer",
    "proof-lasts",
    "mfa",
    "approval",
    "roles",
    "may",
    "secret",
    "owner",
)
_MATRIX = ("read", "write", "use", "administer", "*")


def draw(scene: Scene) -> tuple[Table, ...]:
    """Two tables: one row for each identity, and identities against what they may act on."""
    head = tuple(scene.word(f"column-{name}") for name in _ABOUT)
    rows = tuple(_row(scene, identity) for identity in scene.architecture.identities)
    about = Table("identities", scene.word("identities"), scene.word("identities-lead"), head, rows, _shown())
    return (about, _matrix(scene))


def _shown() -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(_ABOUT) if name not in ("id", "owner"))


def _row(scene: Scene, identity: parts.Identity) -> tuple[str, ...]:
    return (
        scene.name(identity.id),
        identity.id,
        scene.word(identity.kind),
        ", ".join(map(scene.short, identity.used_by)),
        scene.short(identity.issuer) if identity.issuer else "",
        scene.word("forever") if identity.lifetime_h is None else scene.hours(identity.lifetime_h),
        _yes(scene, identity.mfa),
        _yes(scene, identity.approval),
        ", ".join(identity.roles),
        "; ".join(_permissions(scene, identity)),
        scene.name(identity.secret) if identity.secret else "",
        scene.name(identity.owner) if identity.owner else "",
    )


def _permissions(scene: Scene, identity: parts.Identity) -> Iterator[str]:
    """`read: Broker (client_tickets)`, one for each action."""
    for action in _MATRIX:
        on = [permission for permission in identity.permissions if permission.action == action]
        if on:
            yield scene.pair(scene.word(f"may-{action}"), ", ".join(_object(scene, permission) for permission in on))


def _object(scene: Scene, permission: parts.Permission) -> str:
    name = scene.word("everything") if permission.on == "*" else scene.short(permission.on)
    return f"{name} ({permission.resource})" if permission.resource else name


def _matrix(scene: Scene) -> Table:
    """A column for each component that anybody may act on, a letter for each action; for CSV alone: it is wide."""
    targets = dict.fromkeys(
        permission.on for identity in scene.architecture.identities for permission in identity.permissions
    )
    columns = [name for name in scene.components if name in targets] + (["*"] if "*" in targets else [])
    rows = tuple(
        (identity.id, *(_cell(identity, column) for column in columns)) for identity in scene.architecture.identities
    )
    head = (scene.word("column-identity"), *columns)
    return Table("rights", scene.word("rights"), scene.word("rights-lead"), head, rows, ())


def _cell(identity: parts.Identity, column: str) -> str:
    found = [permission.action for permission in identity.permissions if permission.on == column]
    return " ".join(action for action in _MATRIX if action in found)


def _yes(scene: Scene, said: bool) -> str:
    return scene.word("yes") if said else scene.word("no")
