"""Gives each client the public keys and the federated identities that its entry in a file lists.

A key is known by its thumbprint or its address, an identity by its rules, or else by its
description. Those that are not in the list are removed. Source: DEP-24.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from clients_app import conf
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, ClientKey, FederatedIdentity
from clients_app.rules.expiry import is_expired, parse_end
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.identities import (
    IdentityDraft,
    add_identity,
    edit_identity,
    prepare_identity,
    remove_identity,
)
from clients_app.services.credentials.identity_drafts import GivenIdentity, identity_draft
from clients_app.services.credentials.keys import (
    KeyDraft,
    add_keys,
    edit_key,
    prepare_keys,
    remove_key,
)
from clients_app.services.declared.found import identities_of, keys_of

NEVER: Final = "never"
#: field of a draft -> field of the file
_FIELDS: Final = {
    "secret.description": "description",
    "secret.expiration": "expires",
    "identity.subject_rule": "subject",
    "identity.claim_rules": "claims",
}
#: begin the fields of drafts of credentials
_OF_CREDENTIALS: Final = {"key", "jwks_url", "secret", "identity"}
_LISTS: Final[Mapping[type[Any], str]] = {
    KeyDraft: "public_keys",
    IdentityDraft: "federated_identities",
}
Given = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeclaredCredentials:
    """Applies the lists of entries; ``default_end`` is that of new ones which name none."""

    actor: Actor
    now: datetime
    default_end: datetime | None

    def first_of(self, values: Given) -> KeyDraft | IdentityDraft | None:
        """Return the first credential of a new client other than a secret, if the entry has one.

        Errors: RuleBroken.
        """
        for given in _listed(values, "public_keys")[:1]:
            with _placed("public_keys", 1):
                draft = self._key(given, None)
                prepare_keys(draft)
                return draft
        for given in _listed(values, "federated_identities")[:1]:
            with _placed("federated_identities", 1):
                identity = self._identity(given, None)
                prepare_identity(identity)
                return identity
        return None

    def apply(self, client: Client, values: Given) -> None:
        """Add, edit and remove what differs from the lists of the entry. Errors: PortalError."""
        kinds: tuple[tuple[str, Any, Any, Any, Any], ...] = (
            ("public_keys", keys_of, self._known_keys, remove_key, self._apply_key),
            (
                "federated_identities",
                identities_of,
                self._known_identities,
                remove_identity,
                self._apply_identity,
            ),
        )
        for name, rows_of, known_of, remove, apply in kinds:
            if name not in values:
                continue
            listed, rows = _listed(values, name), self._live(rows_of(client))
            known = list(known_of(listed, rows))
            for row in rows:
                if row not in known:
                    remove(client, row.pk, actor=self.actor, now=self.now)
            for number, (given, row) in enumerate(zip(listed, known, strict=True), 1):
                with _placed(name, number):
                    apply(client, given, row)

    def _apply_key(self, client: Client, given: Given, key: ClientKey | None) -> None:
        by: dict[str, Any] = {"actor": self.actor, "now": self.now}
        draft = self._key(given, key)
        if key is None:
            add_keys(client, draft, **by)
        elif (key.description, key.expires_at) != (draft.description, draft.expires_at):
            common = CredentialDraft(description=draft.description, expires_at=draft.expires_at)
            edit_key(client, key.pk, common, **by)

    def _apply_identity(self, client: Client, given: Given, was: FederatedIdentity | None) -> None:
        by: dict[str, Any] = {"actor": self.actor, "now": self.now}
        draft = self._identity(given, was)
        if was is None:
            add_identity(client, draft, **by)
        elif _values(prepare_identity(draft)) != _values(was):
            edit_identity(client, was.pk, draft, **by)

    def _live(self, rows: Sequence[Any]) -> list[Any]:
        return [row for row in rows if not is_expired(row.expires_at, self.now)]

    def _known_keys(self, listed: Sequence[Given], rows: list[Any]) -> Iterator[ClientKey | None]:
        known = {(row.thumbprint, row.jwks_url): row for row in rows}
        for number, given in enumerate(listed, 1):
            with _placed("public_keys", number):
                new = prepare_keys(self._key(given, None))
                if len(new) > 1:
                    raise RuleBroken(_("Enter one key at a time."), field="key")
                yield known.pop((new[0].thumbprint, new[0].jwks_url), None)

    def _known_identities(
        self, listed: Sequence[Given], rows: list[Any]
    ) -> list[FederatedIdentity | None]:
        left, found = list(rows), dict[int, FederatedIdentity]()
        for number, given in enumerate(listed):
            with _placed("federated_identities", number + 1):
                rules = _rules(prepare_identity(self._identity(given, None)))
                self._take(left, found, number, lambda row, rules=rules: _rules(row) == rules)
        for number, given in enumerate(listed):
            name = given.get("description")
            if name and number not in found:
                self._take(left, found, number, lambda row, name=name: row.description == name)
        return [found.get(number) for number in range(len(listed))]

    def _take(self, left: list[Any], found: dict[int, Any], number: int, fits: Any) -> None:
        row = next((row for row in left if fits(row)), None)
        if row is not None:
            left.remove(row)
            found[number] = row

    def _key(self, given: Given, was: ClientKey | None) -> KeyDraft:
        key = given.get("key", "")
        return KeyDraft(
            pasted=key if isinstance(key, str) else json.dumps(key),
            jwks_url=given.get("jwks_url", ""),
            description=given.get("description", was.description if was else ""),
            expires_at=self._end(given, was),
        )

    def _identity(self, given: Given, was: FederatedIdentity | None) -> IdentityDraft:
        """Return the draft of the entry; what it leaves out of the rules has its default."""
        jwks = given.get("jwks", "")
        said = GivenIdentity.read(given.get, jwks if isinstance(jwks, str) else json.dumps(jwks))
        description = given.get("description", was.description if was else "")
        return identity_draft(said, description=description, expires_at=self._end(given, was))

    def _end(self, given: Given, was: ClientKey | FederatedIdentity | None) -> datetime | None:
        if "expires" not in given:
            return was.expires_at if was else self.default_end
        text = given["expires"]
        return None if text == NEVER else parse_end(text, conf.installation_zone())


def end_of_file(expires_at: datetime | None) -> str:
    """Return when a credential expires as a file says it."""
    return NEVER if expires_at is None else expires_at.astimezone(UTC).isoformat()


def _listed(values: Given, name: str) -> list[Given]:
    """Return the entries of a list without what is null."""
    return [
        {field: value for field, value in one.items() if value is not None}
        for one in values.get(name, ())
    ]


def _rules(identity: FederatedIdentity) -> tuple[object, ...]:
    """Return what an identity accepts; the platform only says how people entered it."""
    return replace(trust_of_row(identity), preset=""), identity.jwks


def _values(identity: FederatedIdentity) -> tuple[object, ...]:
    return identity.preset, _rules(identity), identity.description, identity.expires_at


@contextmanager
def placed_first(first: FirstDraft | None) -> Iterator[None]:
    """Name the place in the file in what is refused about the first credential of a client."""
    name = _LISTS.get(type(first))
    try:
        yield
    except RuleBroken as error:
        if name and (error.field or "").partition(".")[0] in _OF_CREDENTIALS:
            raise _in_place(error, name, 1) from error
        raise


@contextmanager
def _placed(name: str, number: int) -> Iterator[None]:
    """Name the place in the file in what the block refuses."""
    try:
        yield
    except RuleBroken as error:
        raise _in_place(error, name, number) from error


def _in_place(error: RuleBroken, name: str, number: int) -> RuleBroken:
    field = error.field or ""
    field = _FIELDS.get(field, field.removeprefix("identity."))
    place = ".".join(filter(None, (name, str(number), field)))
    return RuleBroken(error.sentence, field=place, **error.values)
