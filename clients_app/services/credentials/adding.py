"""What adding has in common for all kinds of credentials."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.rules.expiry import check_expiration
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services import form_keys
from clients_app.services.credentials.changes import touch
from clients_app.services.credentials.kinds import KINDS, Row, values_of
from clients_app.services.locks import locked


def check_addition(client: Client, *, actor: Actor) -> None:
    """Refuse an addition before its rows are prepared, which takes longer than this.

    Errors: Forbidden; ProofRequired; RuleBroken.
    """
    require(actor, Action.ADD_CREDENTIAL, client=client)
    refuse_client_type(client)


def refuse_client_type(client: Client) -> None:
    """Raise RuleBroken for a client that cannot prove who it is."""
    if not client.type.has_secrets:
        raise RuleBroken(_("Authorization Code clients have no secrets, keys or identities."))


@contextmanager
def adding(
    client: Client,
    action: Action = Action.ADD_CREDENTIAL,
    *,
    actor: Actor,
    now: datetime,
    form_key: str,
) -> Iterator[Client]:
    """Yield the client, locked, in a transaction that adds what was prepared for it once.

    Errors: Forbidden; ProofRequired; NotFound; SentBefore.
    """
    with transaction.atomic():
        client = locked(client)
        require(actor, action, client=client)
        form_keys.refuse_used(form_key, actor=actor)
        shown_once = client if action != Action.ADD_CREDENTIAL else None  # its secret
        form_keys.use(form_key, client=shown_once, actor=actor, now=now)
        yield client


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
