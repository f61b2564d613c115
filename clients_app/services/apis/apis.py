"""Adding, editing and removing APIs. Source: RES-1 to RES-5."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import APIS_MAX, INTROSPECTORS_MAX
from clients_app.models import Api, Client
from clients_app.permissions import Action, require
from clients_app.selectors.apis.apis import callers_of, callers_stamp, get_api
from clients_app.services.apis import drafts
from clients_app.services.apis.drafts import ApiDraft
from clients_app.services.clients.sort_columns import update_callers_of
from clients_app.services.locks import lock_tenant, refuse_stale


@transaction.atomic
def add_api(draft: ApiDraft, *, actor: Actor, now: datetime) -> Api:
    """Add an API with its scopes to the actor's tenant. No client may call it yet.

    Errors: RuleBroken with the field's path, and for a full tenant; Conflict (name, identifier);
    Forbidden; ProofRequired.
    """
    draft = drafts.cleaned(draft)
    require(actor, Action.ADD_API)
    lock_tenant(actor.tenant_id)
    if Api.objects.for_tenant(actor.tenant_id).custom().count() >= APIS_MAX:
        sentence = _("This tenant has %(maximum)s APIs, the most it can have. Remove one first.")
        raise RuleBroken(sentence, maximum=APIS_MAX)
    drafts.refuse_taken_name(draft.name, tenant_id=actor.tenant_id)
    drafts.claim_identifier(draft.identifier, tenant_id=actor.tenant_id)
    api = Api.objects.create(
        tenant_id=actor.tenant_id,
        name=draft.name,
        custom_identifier=draft.identifier,
        description=draft.description,
        **actor.as_author(now),
    )
    drafts.replace_scopes(api, draft.scopes)
    audit.record("api.added", api, actor=actor, now=now, after=drafts.values_of(draft))
    return api


@transaction.atomic
def edit_api(
    api_id: UUID,
    draft: ApiDraft,
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Api:
    """Give the API the fields and scopes of ``draft``; clients lose the scopes that go.

    From now on, requests must name a new Identifier; tokens with the old one live to their end.
    Errors: as ``add_api``; RuleBroken for the built-in API; ChangedMeanwhile; NotFound.
    """
    draft = drafts.cleaned(draft)
    require(actor, Action.EDIT_API)
    lock_tenant(actor.tenant_id)
    api = _custom_api(api_id, tenant_id=actor.tenant_id)
    before, after = (drafts.values_of(some) for some in (drafts.draft_of(api), draft))
    if before == after:
        return api
    refuse_stale(api, expected_version, by=api.updated_by)
    drafts.refuse_taken_name(draft.name, tenant_id=api.tenant_id, but=api.pk)
    drafts.claim_identifier(draft.identifier, tenant_id=api.tenant_id, but=api.pk)
    api.name, api.custom_identifier = draft.name, draft.identifier
    api.description = draft.description
    _save_edited(api, actor=actor, now=now)
    drafts.replace_scopes(api, draft.scopes)
    changed = [name for name in after if before[name] != after[name]]
    before, after = ({name: some[name] for name in changed} for some in (before, after))
    audit.record("api.edited", api, actor=actor, now=now, before=before, after=after)
    return api


@transaction.atomic
def remove_api(
    api_id: UUID,
    *,
    seen: str | None,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Api:
    """Remove an API, also from all clients that may call it; the event records how many.

    Its tokens live to their end and its Identifier stays the tenant's. Its counts, which may be
    millions, are shown no longer and deleted when they are old (LOG-5). ``seen`` is the
    ``callers_stamp`` of the confirmation that listed the clients; None: there was none.
    Errors: Conflict if other clients may call it since then; RuleBroken for the built-in API;
    ChangedMeanwhile; Forbidden; ProofRequired; NotFound.
    """
    require(actor, Action.REMOVE_API)
    lock_tenant(actor.tenant_id)
    api = _custom_api(api_id, tenant_id=actor.tenant_id)
    refuse_stale(api, expected_version, by=api.updated_by)
    if seen not in {None, callers_stamp(api)}:
        sentence = _(
            "Which clients may call this API has changed while this window was open. Nothing was "
            "removed. Look at the list again."
        )
        raise Conflict(sentence)
    before = drafts.values_of(drafts.draft_of(api)) | {"clients": callers_of(api).count()}
    update_callers_of(api)
    removed = Api(pk=api.pk, tenant_id=api.tenant_id, name=api.name)
    api.delete()
    audit.record("api.removed", removed, actor=actor, now=now, before=before)
    return removed


@transaction.atomic
def set_introspectors(
    api_id: UUID,
    client_ids: frozenset[UUID],
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Api:
    """Let exactly these clients ask about tokens for the API, also for the built-in one.

    Errors: RuleBroken (introspectors) for more than 20, for clients of other tenants, removed ones,
    and those without secrets; ChangedMeanwhile; Forbidden; ProofRequired; NotFound.
    Source: RES-7, INT-2.
    """
    require(actor, Action.EDIT_API)
    lock_tenant(actor.tenant_id)
    api = get_api(actor.tenant_id, api_id)
    held = list(api.introspectors.order_by("name_key"))
    if {client.pk for client in held} == client_ids:
        return api
    refuse_stale(api, expected_version, by=api.updated_by)
    present = Client.objects.for_tenant(api.tenant_id).present().filter(pk__in=client_ids)
    clients = [one for one in present.order_by("name_key") if one.type.may_introspect]
    if len(clients) != len(client_ids) or len(clients) > INTROSPECTORS_MAX:
        sentence = _("Select at most %(maximum)s clients of this tenant that have secrets.")
        raise RuleBroken(sentence, field="introspectors", maximum=INTROSPECTORS_MAX)
    api.introspectors.set(clients)
    _save_edited(api, actor=actor, now=now)
    before, after = ({"introspectors": _names(some)} for some in (held, clients))
    audit.record("api.introspectors.changed", api, actor=actor, now=now, before=before, after=after)
    return api


def _names(clients: Iterable[Client]) -> list[str]:
    return [client.name for client in clients]


def _save_edited(api: Api, *, actor: Actor, now: datetime) -> None:
    api.version += 1
    api.updated_at, api.updated_by = now, actor.name
    api.save()


def _custom_api(api_id: UUID, *, tenant_id: UUID) -> Api:
    api = get_api(tenant_id, api_id)
    if api.is_built_in:
        sentence = _(
            "The built-in API can be neither edited nor removed. Its Identifier and scopes are "
            "settings of the installation."
        )
        raise RuleBroken(sentence)
    return api
