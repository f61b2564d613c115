"""Rotate: a new public key replaces an old one, which expires."""

from dataclasses import dataclass
from datetime import datetime

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, ClientKey
from clients_app.permissions import Action, require
from clients_app.rules.rotation import check_old_end
from clients_app.services.credentials.adding import adding
from clients_app.services.credentials.changes import let_expire
from clients_app.services.credentials.keys import KeyDraft, insert_keys, prepare_keys, refuse_known
from clients_app.services.credentials.kinds import present, values_of
from clients_app.services.credentials.own import check_own_key


@dataclass(frozen=True, slots=True)
class RotatedKey:
    """The new key, and the old one with its new expiration."""

    key: ClientKey
    old: ClientKey


def rotate_key(
    client: Client,
    key_id: int,
    draft: KeyDraft,
    *,
    old_ends_at: datetime,
    actor: Actor,
    now: datetime,
    form_key: str = "",
) -> RotatedKey:
    """Replace a live public key of ``client``; the old one expires but is not removed.

    The old one expires at ``old_ends_at`` (``now``: at once) or at its own end if that is sooner.
    Tokens obtained with it stay valid.
    Errors: as ``add_keys``; RuleBroken (key) for more than one key, and (old_ends_at) for a bad
    end; NotFound if the old key was removed or has expired.
    """
    require(actor, Action.ADD_CREDENTIAL, client=client)
    check_old_end(old_ends_at, now)
    rows = prepare_keys(draft, now=now)
    if len(rows) > 1:
        sentence = _("Paste one public key: it replaces one. Add the others with Add Public Key.")
        raise RuleBroken(sentence, field="key")
    with adding(client, actor=actor, now=now, form_key=form_key) as client:
        old = present(ClientKey, client, key_id)
        refuse_known(client, rows)
        check_own_key(client, rows[0], actor=actor, now=now)
        before = values_of(old)
        let_expire(old, old_ends_at, now=now)
        rows[0].replaces = old
        insert_keys(client, rows, actor=actor, now=now)
        after = {**values_of(old), "replaced_by": str(rows[0])}
        audit.record("client.key.rotated", old, actor=actor, now=now, before=before, after=after)
    return RotatedKey(rows[0], old)
