"""What adding, editing and removing have in common for public keys and federated identities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import CLIENT_KEYS_MAX, IDENTITIES_MAX, SECRET_DESCRIPTION_MAX
from clients_app.models import Client, ClientKey, FederatedIdentity
from clients_app.permissions import Action, require
from clients_app.rules.expiry import check_expiration, is_expired
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.jwts import thumbprint_of
from clients_app.rules.names import clean_line
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.locks import refuse_stale
from clients_app.services.secrets.changes import touch

Row = ClientKey | FederatedIdentity


class Kind(NamedTuple):
    """A kind of credential: its part of the names of events, and the sentences about it."""

    event: str
    maximum: int
    full: str
    unknown: str
    expired: str
    field: str = ""  # at which the form says that there is no room


KINDS: Final[dict[type[Any], Kind]] = {
    ClientKey: Kind(
        "client.key",
        CLIENT_KEYS_MAX,
        _("A client has at most %(maximum)s public keys. Remove one that is no longer used."),
        _("There is no such public key. It may have been removed."),
        _("This public key has expired. Add a new one."),
        field="key",
    ),
    FederatedIdentity: Kind(
        "client.identity",
        IDENTITIES_MAX,
        _(
            "A client has at most %(maximum)s federated identities. Remove one that is no longer "
            "used."
        ),
        _("There is no such federated identity. It may have been removed."),
        _("This federated identity has expired. Add a new one."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDraft:
    """The fields that every kind has."""

    description: str = ""
    expires_at: datetime | None  # aware UTC; None: Never Expires


def describe(row: Row, draft: CredentialDraft) -> None:
    """Set description and expiration of a new row. Errors: RuleBroken (secret.description)."""
    row.description = clean_line(
        draft.description, maximum=SECRET_DESCRIPTION_MAX, field="secret.description"
    )
    row.expires_at = draft.expires_at


def refuse_client_type(client: Client) -> None:
    """Raise RuleBroken for a client that cannot prove who it is."""
    if not client.type.has_secrets:
        raise RuleBroken(_("Authorization Code clients have no secrets, keys or identities."))


def insert(client: Client, rows: Sequence[Row], *, actor: Actor, now: datetime) -> None:
    """Insert new rows of one kind for the locked ``client``, and an event for each.

    Errors: RuleBroken where there is no room, and (secret.expiration) for an end that rules or
    policies do not allow.
    """
    kind, policy = KINDS[type(rows[0])], tenant_policy(client.tenant_id)
    live = type(rows[0]).objects.live(now).filter(client=client).count()
    if live + len(rows) > kind.maximum:
        raise RuleBroken(kind.full, field=kind.field, maximum=kind.maximum)
    for row in rows:
        check_expiration(row.expires_at, now)
        policy.check_end(row.expires_at, created_at=now, now=now)
        row.client, row.created_at, row.created_by = client, now, actor.name
        row.save(force_insert=True)
    touch(client, actor=actor, now=now)
    for row in rows:
        audit.record(f"{kind.event}.added", row, actor=actor, now=now, after=values_of(row))


def edit(
    row: Row,
    client: Client,
    draft: CredentialDraft,
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change description and expiration of a live row of the locked ``client``, and save all of it.

    Errors: ProofRequired for a later expiration; RuleBroken; ChangedMeanwhile.
    """
    kind, before = KINDS[type(row)], values_of(type(row).objects.get(pk=row.pk))
    if is_expired(row.expires_at, now):
        raise RuleBroken(kind.expired)
    was = row.expires_at
    describe(row, draft)
    if row.expires_at != was:
        check_expiration(row.expires_at, now)
        if was is not None and (row.expires_at is None or row.expires_at > was):
            require(actor, Action.EXTEND_CREDENTIAL, client=client)
            policy = tenant_policy(client.tenant_id)
            policy.check_end(row.expires_at, created_at=row.created_at, now=now)
    after = values_of(row)
    if after == before:
        return
    refuse_stale(row, expected_version)
    row.version += 1
    row.save()
    touch(client, actor=actor, now=now)
    audit.record(f"{kind.event}.edited", row, actor=actor, now=now, before=before, after=after)


def remove(
    row: Row, client: Client, *, expected_version: int | None, actor: Actor, now: datetime
) -> None:
    """Remove a row of the locked ``client``; every worker refuses it from the next request on.

    Errors: ChangedMeanwhile.
    """
    refuse_stale(row, expected_version)
    row.removed_at, row.removed_by = now, actor.name
    row.save(update_fields=["removed_at", "removed_by"])
    touch(client, actor=actor, now=now)
    event = f"{KINDS[type(row)].event}.removed"
    audit.record(event, row, actor=actor, now=now, before=values_of(row))


def present(table: type[Any], client: Client, row_id: int) -> Any:
    """Return a row of the client that is not removed, or raise NotFound."""
    row = table.objects.present().filter(pk=row_id, client=client).first()
    if row is None:
        raise NotFound(KINDS[table].unknown)
    return row


def values_of(row: Row) -> dict[str, Any]:
    """Return the values for an audit event."""
    common = {"description": row.description, "expires_at": row.expires_at}
    if isinstance(row, ClientKey):
        return common | {"jwks_url": row.jwks_url, "thumbprint": row.thumbprint}
    keys = (row.jwks or {}).get("keys", [])
    return common | {
        "issuer": row.issuer,
        "audience": row.audience,
        "subject_rule": row.subject_rule,
        "claim_rules": [f"{name} = {rule}" for name, rule in sorted(row.claim_rules.items())],
        "kids": [_named(key) for key in keys],
        "platform": str(PRESETS.get(row.preset, PRESETS["other"]).name),
    }


def _named(jwk: Mapping[str, Any]) -> str:
    """Return the name of a key, which another key may have too, so with its thumbprint."""
    kid, thumbprint = str(jwk["kid"]), thumbprint_of(jwk)
    return kid if kid == thumbprint else f"{kid} ({thumbprint})"
