"""Rules of identities, secrets and keys: who vouches, how long a proof is good, who could use a key without us."""

from __future__ import annotations

from collections.abc import Iterator

from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

LONGEST_DAYS = {"password": 90.0, "token": 90.0, "key": 365.0, "certificate": 398.0}
LONGEST_KEY_DAYS = 1095.0


def _no_issuer(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        if identity.issuer is None and identity.kind != "emergency":
            yield Fault(identity.id, "issuer", "is vouched for by nobody")


def _no_mfa(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        if identity.kind in ("human", "emergency") and not identity.mfa:
            yield Fault(identity.id, "mfa", f"a {identity.kind} identity logs in with one factor")


def _emergency_free(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        if identity.kind == "emergency" and not identity.approval:
            yield Fault(identity.id, "approval", "one person alone can use it")


def _locked_out(facts: Facts) -> Iterator[Fault]:
    """For each issuer of people's identities: an emergency identity that works without it, and leads to it."""
    for issuer in dict.fromkeys(one.issuer for one in facts.architecture.identities if one.kind == "human"):
        if issuer is None or (facts.outside(issuer) and facts.components[issuer].service == "managed"):
            continue
        out = [one.id for one in facts.architecture.identities if one.kind == "human" and one.issuer == issuer]
        gone = facts.gone("recover", issuer)
        helpers = [one.id for one in facts.architecture.identities if one.kind == "emergency" and one.id not in gone]
        if not any(issuer in facts.led_to(helper).components for helper in helpers):
            ways = ", ".join(arrows(issuer, one) for one in out[:3])
            what = f"down, it locks out {ways}; no emergency identity that works without it leads to it"
            yield Fault(issuer, "", what)


def _no_proof(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        if identity.lifetime_h is None and identity.secret is None:
            yield Fault(identity.id, "", "has neither a secret nor a proof that is issued for some hours")


def _long_lived(facts: Facts) -> Iterator[Fault]:
    for secret in facts.architecture.secrets:
        longest = LONGEST_DAYS[secret.kind]
        if secret.rotation_days is None:
            yield Fault(secret.id, "rotation_days", f"a {secret.kind} that is never changed")
        elif secret.rotation_days > longest:
            what = f"a {secret.kind} is changed every {secret.rotation_days:g} days, at most {longest:g} are wanted"
            yield Fault(secret.id, "rotation_days", what)


def _secret_shared(facts: Facts) -> Iterator[Fault]:
    for secret in facts.architecture.secrets:
        if len(set(secret.used_by)) > 1:
            yield Fault(secret.id, "used_by", f"is known to {', '.join(secret.used_by)}")


def _secret_homeless(facts: Facts) -> Iterator[Fault]:
    keepers = ("vault", "hsm", "kms", "directory", "pki")
    for secret in facts.architecture.secrets:
        kind = facts.components[secret.store].kind if secret.store else "nothing"
        if kind not in keepers:
            where = f"{secret.store}, a {kind}" if secret.store else "nowhere that the model knows"
            yield Fault(secret.id, "store", f"is kept in {where}")


def _key_rotation(facts: Facts) -> Iterator[Fault]:
    for key in facts.architecture.keys:
        if key.rotation_days is None or key.rotation_days > LONGEST_KEY_DAYS:
            span = "never" if key.rotation_days is None else f"every {key.rotation_days:g} days"
            yield Fault(key.id, "rotation_days", f"is changed {span}, at most {LONGEST_KEY_DAYS:g} are wanted")


def _key_copy(facts: Facts) -> Iterator[Fault]:
    for key in facts.architecture.keys:
        if key.custody == "held" and key.copy is None:
            yield Fault(key.id, "copy", f"is in {key.store} and nowhere else")


def _key_one_place(facts: Facts) -> Iterator[Fault]:
    for key in facts.architecture.keys:
        if key.copy is None:
            continue
        shared = facts.stands_in(key.store) & facts.stands_in(key.copy)
        if shared or key.copy == key.store:
            place = sorted(shared, key=lambda name: len(facts.around_place(name)), reverse=True)
            ways = f"{arrows(key.store, *place[:1])} and {arrows(key.copy, *place[:1])}"
            yield Fault(key.id, "copy", f"key and copy are lost together: {ways}")


def _key_custody(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        rest = component.at_rest
        if rest is None or rest.by not in ("managed", "held"):
            continue
        custody = facts.keys[rest.key].custody if rest.key else "no key named"
        if custody != rest.by:
            yield Fault(component.id, "at_rest", f"says its key is {rest.by}; {rest.key or 'it'}: {custody}")


def _pseudonym_key(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        if component.pseudonymises:
            named = [facts.keys[one] for one in (*component.needs, *component.recovery_needs) if one in facts.keys]
            if not any(key.custody == "held" for key in named):
                mine = ", ".join(f"{key.id} ({key.custody})" for key in named) or "none"
                yield Fault(component.id, "needs", f"pseudonymises with a key that we do not hold alone: {mine}")


ROWS = (
    Rule(
        "identity-without-issuer",
        "error",
        "part",
        "Every identity but an emergency one is vouched for by a directory, a PKI or a provider.",
        "What nobody issued, nobody can revoke.",
        "Name the component that issues it.",
        _no_issuer,
    ),
    Rule(
        "human-without-mfa",
        "error",
        "part",
        "People prove who they are by two factors.",
        "A password is in somebody's list already.",
        "Set mfa, and use keys that cannot be phished (FIDO2).",
        _no_mfa,
    ),
    Rule(
        "emergency-without-approval",
        "error",
        "part",
        "An emergency identity is used by two people together.",
        "It passes all other guards; alone, one tired or one bought person is enough.",
        "Set approval: the secret is sealed in two halves, and its use raises an alert.",
        _emergency_free,
    ),
    Rule(
        "locked-out",
        "error",
        "path",
        "When the directory is down, somebody can still log in and bring it back.",
        "All other accounts are in it; so is, without this rule, the one that would repair it.",
        "Keep an emergency identity that does not need it and may administer it.",
        _locked_out,
    ),
    Rule(
        "identity-without-proof",
        "error",
        "part",
        "Every identity proves itself: by a secret, or by a proof issued for some hours.",
        "Otherwise its name is enough.",
        "Name the secret, or say lifetime_h.",
        _no_proof,
    ),
    Rule(
        "long-lived-secret",
        "error",
        "part",
        "A password or token changes every 90 days, a key every year, a certificate every 398 days, or faster.",
        "A secret is found late; how long it is good is how long it is used.",
        "Lower rotation_days, better: replace it by an identity with short proofs.",
        _long_lived,
    ),
    Rule(
        "shared-secret",
        "error",
        "part",
        "A secret has one user.",
        "It cannot be taken from one of two, and the log does not tell them apart.",
        "Make one for each.",
        _secret_shared,
    ),
    Rule(
        "secret-without-vault",
        "error",
        "part",
        "Secrets are kept in a vault, an HSM or KMS, a PKI or a directory.",
        "Anywhere else they end in a file, a backup and a chat.",
        "Set store to the vault.",
        _secret_homeless,
    ),
    Rule(
        "key-rotation",
        "error",
        "part",
        f"A key is changed at least every {LONGEST_KEY_DAYS:g} days.",
        "What one key protects grows every day, and with it what its loss costs.",
        "Set rotation_days; envelope encryption makes it cheap.",
        _key_rotation,
    ),
    Rule(
        "key-without-copy",
        "error",
        "part",
        "A key that only we hold has a copy.",
        "With the last copy of the key all that it protects is gone, backups too.",
        "Keep a sealed copy in a second store.",
        _key_copy,
    ),
    Rule(
        "key-in-one-place",
        "error",
        "path",
        "A key and its copy share no place, not even a data centre or region.",
        "The fire that makes the backup necessary would take the key that opens it.",
        "Keep the copy on another site.",
        _key_one_place,
    ),
    Rule(
        "key-custody",
        "error",
        "part",
        "What is said to be encrypted by a key of ours names one, of that custody.",
        "A drawing that says 'our key' over the provider's key is believed by the auditor first.",
        "Name the key, or say whose it is.",
        _key_custody,
    ),
    Rule(
        "pseudonym-key",
        "error",
        "part",
        "What pseudonymises needs a key that nobody but us can use.",
        "Whoever can use the key can undo the pseudonyms: they are then clear data.",
        "Name a key of custody held among its needs or recovery_needs.",
        _pseudonym_key,
    ),
)
