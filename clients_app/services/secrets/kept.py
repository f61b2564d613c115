"""Which secrets a client keeps when it becomes privileged (CLI-15)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import TOKEN_LIFETIME_MAX_S
from clients_app.models import Client, ClientSecret
from clients_app.rules.expiry import is_expired
from clients_app.services.credentials.changes import mark_removed, record_removed, touch
from clients_app.services.credentials.kinds import Row

_LONGEST_TOKEN: Final = timedelta(seconds=TOKEN_LIFETIME_MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecrets:
    """The ids of the secrets that stay, and whether the actor agreed to remove the others."""

    ids: frozenset[int] = frozenset()
    removes_others: bool = False


NONE_STAYS: Final = KeptSecrets()
_SECRETS: Final = _(
    "Anyone who has a secret of %(client)s gets its new rights. "
    "Select the secrets to keep, and confirm that the others are removed."
)
_OTHERS_TOO: Final = _(
    "Anyone who has a secret, a key or an identity of %(client)s gets its new rights. "
    "Select the secrets to keep, and confirm that the others are removed, with all keys and "
    "identities."
)


def kept_of(client: Client, ids: frozenset[int], *, removes_others: bool) -> KeptSecrets:
    """Return that the secrets with these ids stay, which somebody typed.

    Errors: RuleBroken (kept_secrets) for one that the client does not have: the one that was meant
    would be removed.
    """
    known = set(client.secrets.filter(pk__in=ids, removed_at=None).values_list("pk", flat=True))
    if unknown := sorted(ids - known):
        sentence = _("%(client)s has no secret %(number)s.")
        raise RuleBroken(sentence, field="kept_secrets", client=client.name, number=unknown[0])
    return KeptSecrets(ids=ids, removes_others=removes_others)


def remove_others(
    client: Client, kept: KeptSecrets, *, actor: Actor, now: datetime
) -> list[ClientSecret]:
    """Remove the secrets of a client, whose row is locked, that do not stay; return those that do.

    A secret that expired within the last hour is removed too: its tokens may still be active. No
    public key and no federated identity stays: people who trust them add them again.
    Errors: RuleBroken (kept_secrets) if a live one would be removed without agreement.
    """
    present = list(client.secrets.live(now - _LONGEST_TOKEN))
    stays = [one for one in present if one.pk in kept.ids and not is_expired(one.expires_at, now)]
    others = [one for one in present if one not in stays]
    since = now - _LONGEST_TOKEN
    rows: list[Row] = [*client.keys.live(since), *client.identities.live(since)]
    gone = [*others, *rows]
    if not kept.removes_others and any(not is_expired(one.expires_at, now) for one in gone):
        sentence = _OTHERS_TOO if rows else _SECRETS
        raise RuleBroken(sentence, field="kept_secrets", client=client.name)
    for one in gone:
        mark_removed(one, actor=actor, now=now)
        record_removed(one, actor=actor, now=now)
    if gone:
        touch(client, actor=actor, now=now)
    return stays
