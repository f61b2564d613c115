"""What a client may call: the built-in API, others with some of their scopes, and the default.

Source: RES-2, RES-3, RES-6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clients_app import conf
from clients_app.actors import Actor
from clients_app.errors import RuleBroken, existing
from clients_app.errors import gettext_noop as _
from clients_app.models import Api, Client, MayCall, MayCallScope
from clients_app.permissions import Action, require
from clients_app.rules.scopes import check_scopes_of_client
from clients_app.rules.targets import Reach, combined, custom_target
from clients_app.selectors.apis.may_call import built_in_of, rows_of
from clients_app.services.clients.edits import save_changes
from clients_app.services.clients.sort_columns import update_may_call_others
from clients_app.services.locks import lock_tenant, locked, refuse_stale


@dataclass(frozen=True, slots=True, kw_only=True)
class MayCallDraft:
    """All that a client may call: ``apis`` has, by the id of each API, the names of scopes.

    ``default_api_id`` is the API of requests that name neither an API nor a scope. None stands for
    the built-in one; if the client may not call that, such requests are refused.
    """

    built_in: bool = True
    apis: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    default_api_id: UUID | None = None


def draft_of(client: Client) -> MayCallDraft:
    """Return what ``client`` may call now."""
    rows = rows_of(client)
    return MayCallDraft(
        built_in=client.may_call_built_in,
        apis={row.api_id: frozenset(scope.name for scope in row.scopes.all()) for row in rows},
        default_api_id=next((row.api_id for row in rows if row.is_default), None),
    )


def reach_of_draft(client: Client, draft: MayCallDraft) -> Reach:
    """Return what ``client`` could call with ``draft``.

    Errors: RuleBroken, as ``set_may_call``.
    """
    apis = _apis_of(draft, tenant_id=client.tenant_id)
    draft = _with_default(draft, built_in_id=client.tenant_id)
    others = (
        (
            custom_target(str(api_id), apis[api_id].identifier, tuple(sorted(names))),
            api_id == draft.default_api_id,
        )
        for api_id, names in draft.apis.items()
    )
    built_in = built_in_of(client) if draft.built_in else None
    return combined(others, built_in, origin=conf.public_url())


@transaction.atomic
def set_may_call(
    client: Client,
    draft: MayCallDraft,
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Let ``client`` call exactly what ``draft`` says, from its next token request on.

    Errors: RuleBroken (apis) for an API or scope that the tenant does not have, and for scopes that
    are too long for a token; RuleBroken (default_api) for one that the client may not call;
    ChangedMeanwhile; Forbidden; ProofRequired; NotFound.
    """
    tenant = lock_tenant(actor.tenant_id)  # for its APIs
    client = locked(client)
    require(actor, Action.ASSIGN_APIS, client=client)
    apis = _apis_of(draft, tenant_id=tenant.pk)
    draft = _with_default(draft, built_in_id=tenant.pk)
    was = draft_of(client)
    all_apis = apis | {row.api_id: row.api for row in rows_of(client)}
    before, after = (_values_of(some, all_apis) for some in (was, draft))
    if before != after:
        refuse_stale(client, expected_version, by=client.updated_by)
        client.may_call.all().delete()
        _insert(client, draft, apis)
        client.may_call_built_in = draft.built_in
        update_may_call_others(client)
        save_changes(client, "client.apis.changed", before, after, actor=actor, now=now)
    return client


def copy_may_call(client: Client, source_id: UUID) -> dict[str, Any]:
    """Let a new ``client`` call what another of its tenant may call; return values for its event.

    The caller holds the lock of the tenant. Errors: NotFound.
    """
    source = Client.objects.for_tenant(client.tenant_id).filter(pk=source_id).first()
    source = existing(source, _("There is no such client."))
    draft = draft_of(source)
    apis = _apis_of(draft, tenant_id=client.tenant_id)
    _insert(client, draft, apis)
    client.may_call_built_in = draft.built_in
    update_may_call_others(client)
    client.save(update_fields=["may_call_built_in", "may_call_others"])
    return _values_of(draft, apis)


def _apis_of(draft: MayCallDraft, *, tenant_id: UUID) -> dict[UUID, Api]:
    custom = Api.objects.for_tenant(tenant_id).custom().prefetch_related("scopes")
    apis: dict[UUID, Api] = {api.pk: api for api in custom.filter(pk__in=list(draft.apis))}
    for api_id, names in draft.apis.items():
        api = apis.get(api_id)
        if api is None:
            sentence = _("Select APIs from the list. One of them is not there any more.")
            raise RuleBroken(sentence, field="apis")
        if not names <= set(api.scope_names()):
            sentence = _("Select scopes of %(api)s from the list. One is not there any more.")
            raise RuleBroken(sentence, field="apis", api=api.name)
        check_scopes_of_client(sorted(names), api_name=api.name)
    return apis


def _with_default(draft: MayCallDraft, *, built_in_id: UUID) -> MayCallDraft:
    """Return the draft with None for the built-in API as default."""
    default = draft.default_api_id
    if default == built_in_id and draft.built_in:
        default = None
    if default is not None and default not in draft.apis:
        sentence = _("Select a default API that the client may call.")
        raise RuleBroken(sentence, field="default_api")
    return replace(draft, default_api_id=default)


def _insert(client: Client, draft: MayCallDraft, apis: Mapping[UUID, Api]) -> None:
    rows = MayCall.objects.bulk_create(
        MayCall(client=client, api_id=api_id, is_default=api_id == draft.default_api_id)
        for api_id in draft.apis
    )
    MayCallScope.objects.bulk_create(
        MayCallScope(may_call=row, scope=scope)
        for row in rows
        for scope in apis[row.api_id].scopes.all()
        if scope.name in draft.apis[row.api_id]
    )


def _values_of(draft: MayCallDraft, apis: Mapping[UUID, Api]) -> dict[str, Any]:
    """Return the values for an audit event."""
    custom = sorted(
        f"{apis[api_id].identifier} ({' '.join(sorted(names))})"
        if names
        else apis[api_id].identifier
        for api_id, names in draft.apis.items()
    )
    default = draft.default_api_id
    return {
        "may_call": [_("Built-in API"), *custom] if draft.built_in else custom,
        "default_api": apis[default].identifier if default else "",
    }
