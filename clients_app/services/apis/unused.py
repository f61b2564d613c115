"""Taking from a client what it may call and does not ask for. Source: RES-8."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import Conflict
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.rules.targets import Target
from clients_app.rules.unused import Effect, effect, used
from clients_app.selectors.apis.may_call import reach_of
from clients_app.selectors.apis.usage import requests_of
from clients_app.services.apis.may_call import MayCallDraft, draft_of, reach_of_draft, set_may_call
from clients_app.services.locks import lock_tenant, locked


class Loss(NamedTuple):
    """What a client loses of an API: all of it, or some ``scopes``."""

    target: Target
    is_whole: bool
    scopes: tuple[str, ...]


class Preview(NamedTuple):
    """What a client would lose, and what that would have changed in the last 90 days."""

    draft: MayCallDraft  # what it may call then
    losses: list[Loss]
    effect: Effect

    @property
    def stamp(self) -> str:
        """Return a text that changes when the client would lose something else."""
        losses = "\n".join(f"{one.target.api_id} {' '.join(one.scopes)}" for one in self.losses)
        return sha256(losses.encode()).hexdigest()[:16]


def unused_of(client: Client, *, now: datetime) -> Preview:
    """Return what the client may call and did not ask for in the last 90 days."""
    keep = used(reach_of(client), requests_of(client, now=now))
    draft = MayCallDraft(
        built_in=str(client.tenant_id) in keep,
        apis={
            UUID(api_id): frozenset(scopes)
            for api_id, scopes in keep.items()
            if api_id != str(client.tenant_id)
        },
        default_api_id=_kept_default(client, keep),
    )
    return preview_of(client, draft, now=now)


def preview_of(client: Client, draft: MayCallDraft, *, now: datetime) -> Preview:
    """Return what ``client`` would lose with ``draft``, and which requests that would have changed.

    Errors: RuleBroken, as ``set_may_call``.
    """
    before, after = reach_of(client), reach_of_draft(client, draft)
    losses = []
    for identifier, target in before.targets.items():
        left = after.targets.get(identifier)
        lost = tuple(one for one in target.scopes if left is None or one not in left.scopes)
        if left is None or lost:
            losses.append(Loss(target, left is None, lost))
    return Preview(draft, losses, effect(before, after, requests_of(client, now=now)))


@transaction.atomic
def remove_unused(
    client: Client,
    *,
    seen: str | None = None,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Take from the client what ``unused_of`` says now.

    ``seen`` is the ``stamp`` of the confirmation that listed it; None: there was none.
    Errors: Conflict if that is something else now; as ``set_may_call``.
    """
    lock_tenant(actor.tenant_id)
    client = locked(client)
    require(actor, Action.ASSIGN_APIS, client=client)
    preview = unused_of(client, now=now)
    if seen not in {None, preview.stamp}:
        sentence = _(
            "What this client does not use has changed while this window was open. Nothing was "
            "removed. Look at the list again."
        )
        raise Conflict(sentence)
    draft = preview.draft
    return set_may_call(client, draft, expected_version=expected_version, actor=actor, now=now)


def _kept_default(client: Client, keep: Mapping[str, object]) -> UUID | None:
    default = draft_of(client).default_api_id
    return default if str(default) in keep else None
