"""Secrets and keys: where each is kept, by whom it could be used, how often it is changed, what it is for."""

from __future__ import annotations

from architecture import parts
from architecture.views.diagram import Table
from architecture.views.scene import Scene

_SECRETS = ("secret", "id", "kind", "kept-in", "used-by", "proves", "rotation", "owner")
_KEYS = ("key", "id", "custody", "kept-in", "copy-in", "protects", "rotation", "owner")


def draw(scene: Scene) -> tuple[Table, ...]:
    """Two tables."""
    secrets = tuple(_secret(scene, secret) for secret in scene.architecture.secrets)
    keys = tuple(_key(scene, key) for key in scene.architecture.keys)
    shown = tuple(place for place, name in enumerate(_SECRETS) if name != "id")
    return (
        Table("secrets", scene.word("secrets"), scene.word("secrets-lead"), _head(scene, _SECRETS), secrets, shown),
        Table("keys", scene.word("keys"), scene.word("keys-lead"), _head(scene, _KEYS), keys, shown),
    )


def _head(scene: Scene, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(scene.word(f"column-{name}") for name in names)


def _secret(scene: Scene, secret: parts.Secret) -> tuple[str, ...]:
    proves = [identity.id for identity in scene.architecture.identities if identity.secret == secret.id]
    return (
        scene.name(secret.id),
        secret.id,
        scene.word(f"secret-{secret.kind}"),
        scene.short(secret.store) if secret.store else "",
        ", ".join(map(scene.short, secret.used_by)),
        scene.names(proves),
        _rotation(scene, secret.rotation_days),
        scene.name(secret.owner) if secret.owner else "",
    )


def _key(scene: Scene, key: parts.Key) -> tuple[str, ...]:
    protects = [part.id for part in scene.architecture.components if part.at_rest and part.at_rest.key == key.id]
    return (
        scene.name(key.id),
        key.id,
        scene.word(f"custody-{key.custody}"),
        scene.short(key.store),
        scene.short(key.copy) if key.copy else "",
        ", ".join(map(scene.short, protects)),
        _rotation(scene, key.rotation_days),
        scene.name(key.owner) if key.owner else "",
    )


def _rotation(scene: Scene, days: float | None) -> str:
    return scene.word("never") if days is None else scene.word("every-days", n=scene.number(days))
