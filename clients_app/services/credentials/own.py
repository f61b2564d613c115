"""What a client may give itself where it may rotate its own secrets and public keys (SEC-19)."""

from datetime import datetime
from typing import Final

from clients_app.actors import Actor
from clients_app.errors import Forbidden, NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, ClientKey, ClientSecret, FederatedIdentity
from clients_app.permissions import Action, is_itself
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import check_own_life
from clients_app.services.tokens.credentials import (
    CREDENTIAL_ROWS,
    KEY,
    UNNAMED,
    kind_of,
    row_id_of,
)

_MAY_BECOME_A_KEY: Final = (UNNAMED, KEY)


def check_own_secret(
    client: Client, expires_at: datetime | None, *, actor: Actor, now: datetime
) -> None:
    """Refuse a secret that a client gives itself unless it used one that was given as long a life.

    Errors: Forbidden, also if what it used has expired; RuleBroken (secret.expiration); NotFound if
    what it used was removed.
    """
    if not is_itself(actor, client):
        return
    if kind_of(actor.credential or "") != UNNAMED:
        sentence = _("A client that did not use a secret to get its token gives itself none.")
        raise Forbidden(sentence, action=Action.ADD_SECRET, client=client)
    _check_life(client, expires_at, action=Action.ADD_SECRET, actor=actor, now=now)


def check_own_key(client: Client, key: ClientKey, *, actor: Actor, now: datetime) -> None:
    """Refuse a public key that a client gives itself unless it used a key, or a secret.

    What a platform says about a job for minutes would become a key for months. An address would
    let keys come and go without an event.
    Errors: as ``check_own_secret``; RuleBroken (jwks_url).
    """
    if not is_itself(actor, client):
        return
    if kind_of(actor.credential or "") not in _MAY_BECOME_A_KEY:
        sentence = _("A client that used the token of a platform gives itself no public key.")
        raise Forbidden(sentence, action=Action.ADD_CREDENTIAL, client=client)
    if key.jwks_url:
        sentence = _("Send the public key. A client does not give itself the address of its keys.")
        raise RuleBroken(sentence, field="jwks_url")
    _check_life(client, key.expires_at, action=Action.ADD_CREDENTIAL, actor=actor, now=now)


def refuse_itself(client: Client, *, actor: Actor, action: Action) -> None:
    """Raise Forbidden for a client that changes which tokens of platforms it is known by."""
    if is_itself(actor, client):
        sentence = _("A client cannot change its own federated identities.")
        raise Forbidden(sentence, action=action, client=client)


def check_own_removal(client: Client, *, action: Action, actor: Actor, now: datetime) -> None:
    """Refuse a removal by a client if what it used to get its token has ended meanwhile.

    Errors: Forbidden; NotFound if what it used was removed.
    """
    if is_itself(actor, client):
        _live_one_used(client, action=action, actor=actor, now=now)


def _check_life(
    client: Client, expires_at: datetime | None, *, action: Action, actor: Actor, now: datetime
) -> None:
    used = _live_one_used(client, action=action, actor=actor, now=now)
    check_own_life(
        expires_at, used_created_at=used.created_at, used_expires_at=used.expires_at, now=now
    )


def _live_one_used(
    client: Client, *, action: Action, actor: Actor, now: datetime
) -> ClientSecret | ClientKey | FederatedIdentity:
    claim = actor.credential or ""
    used: ClientSecret | ClientKey | FederatedIdentity | None = None
    if kind := kind_of(claim):
        used = CREDENTIAL_ROWS[kind].filter(pk=row_id_of(claim), client=client).first()
    if used is None:
        raise NotFound(_("What the client used to get its token has been removed."))
    if is_expired(used.expires_at, now):  # its tokens go on, but what was stolen must not
        sentence = _("What the client used to get its token has expired. Use one that is live.")
        raise Forbidden(sentence, action=action, client=client)
    return used
