"""Rotate: a new secret replaces an old one, which expires."""

from dataclasses import dataclass
from datetime import datetime

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import SECRETS_MAX
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.rotation import check_old_end
from clients_app.services.credentials.adding import adding
from clients_app.services.credentials.changes import let_expire, mark_removed, record_removed
from clients_app.services.credentials.kinds import present, values_of
from clients_app.services.credentials.own import check_own_secret
from clients_app.services.secrets.adding import (
    NewSecret,
    check_new_secret,
    has_room,
    insert_secret,
    prepare_secret,
)
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import HashedSecret
from clients_app.services.secrets.sealing import PublicKey


@dataclass(frozen=True, slots=True)
class RotatedSecret(NewSecret):
    """A new secret with its plain text, and the old one with its new expiration.

    With a public key, the text is only in ``sealed``, a JWE, and ``plain`` is empty.
    """

    old: ClientSecret
    sealed: str = ""


def rotate_secret(
    client: Client,
    secret_id: int,
    draft: SecretDraft,
    *,
    old_ends_at: datetime,
    actor: Actor,
    now: datetime,
    remove_id: int | None = None,
    form_key: str = "",
    hashed: HashedSecret | None = None,
    public_key: PublicKey | None = None,
) -> RotatedSecret:
    """Replace a live secret of ``client``; the old one expires but is not removed.

    The old one expires at ``old_ends_at`` (``now``: at once) or at its own end if that is sooner.
    Tokens obtained with it stay valid. At ten live secrets, ``remove_id`` is removed. Within a
    transaction of the caller, ``hashed`` is the new secret, made before. Only the owner of
    ``public_key`` can read the new secret, if one is given; the event names that key.
    Errors: Forbidden; RuleBroken for a bad draft (secret.description, secret.expiration), a bad
    end (old_ends_at), at 10 live secrets (remove), and where a policy forbids new secrets, of which
    a rotation adds one; NotFound if the client or secret was
    removed or the secret has expired; AlreadyAdded.
    """
    require(actor, Action.ROTATE_SECRET, client=client)
    check_old_end(old_ends_at, now)
    new = prepare_secret(draft, client_id=client.pk, now=now, hashed=hashed)
    sealed = public_key.seal(new.plain) if public_key else ""
    action = Action.ROTATE_SECRET
    with adding(client, action, actor=actor, now=now, form_key=form_key) as client:
        check_new_secret(client)
        old = present(ClientSecret, client, secret_id)
        check_own_secret(client, new.secret.expires_at, actor=actor, now=now)
        before = values_of(old)
        let_expire(old, old_ends_at, now=now)
        removed = (
            None
            if has_room(client, now=now)
            else _make_room(client, old, remove_id, actor=actor, now=now)
        )
        new.secret.replaces = old
        insert_secret(client, new.secret, actor=actor, now=now)
        if removed is not None:
            record_removed(removed, actor=actor, now=now)
        after = {**values_of(old), "replaced_by": str(new.secret)}
        if public_key is not None:
            after["sealed_for"] = public_key.thumbprint
        audit.record("client.secret.rotated", old, actor=actor, now=now, before=before, after=after)
    return RotatedSecret(new.secret, "" if sealed else new.plain, old, sealed)


def _make_room(
    client: Client, old: ClientSecret, remove_id: int | None, *, actor: Actor, now: datetime
) -> ClientSecret:
    require(actor, Action.REMOVE_SECRET, client=client)
    others = client.secrets.live(now).exclude(pk=old.pk)
    chosen = others.filter(pk=remove_id).first() if remove_id is not None else None
    if chosen is None:
        sentence = _(
            "Choose the secret to remove. This client has %(maximum)s secrets, "
            "the most it can have."
        )
        raise RuleBroken(sentence, field="remove", maximum=SECRETS_MAX)
    mark_removed(chosen, actor=actor, now=now)
    return chosen
