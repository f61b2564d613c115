"""Edits of a client: its fields, its roles, and whether it is enabled."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, Role
from clients_app.permissions import Action, require
from clients_app.rules.client_fields import APPLICATION_URLS
from clients_app.rules.privileges import privileges
from clients_app.services.clients.drafts import (
    ASSERTION_RULES,
    COLUMNS,
    ClientDraft,
    cleaned,
    draft_of,
    refuse_taken_name,
    replace_tags_and_urls,
    roles_of,
    values_of,
)
from clients_app.services.clients.sort_columns import update_first_role
from clients_app.services.locks import lock_tenant, locked, refuse_stale
from clients_app.services.secrets.kept import NONE_STAYS, KeptSecrets, remove_others

#: what only an actor who may assign roles decides
_ASSIGNED: Final = (
    *("may_introspect", "may_rotate_own_secrets", "may_add_secrets", "skips_consent"),
)
_SHOWN: Final = tuple(line.name for line in APPLICATION_URLS)


def edit_client(
    client: Client,
    draft: ClientDraft,
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
    kept_secrets: KeptSecrets = NONE_STAYS,
    is_enabled: bool | None = None,
) -> Client:
    """Give ``client`` the fields, roles and URLs of ``draft``; its type and id stay.

    ``expected_version`` is the client's version when the form was opened. If the client becomes
    privileged, only its ``kept_secrets`` stay (CLI-15). ``is_enabled`` None: as it was.
    Errors: as ``check_client_draft``; ChangedMeanwhile; Forbidden, also where roles, the right to
    introspect or First-party differ, or the URLs of a first-party application, and the actor may
    not assign roles; ProofRequired where they or the URLs differ; NotFound.
    """
    draft = cleaned(replace(draft, client_type=client.client_type))
    with transaction.atomic():
        lock_tenant(actor.tenant_id)  # for its names
        client = locked(client)
        require(actor, Action.EDIT_CLIENT, client=client)
        held = list(client.roles.order_by("name_key"))
        was = draft_of(client)
        before = values_of(was, held)
        if values_of(draft, held) != before or _differ(held, draft.role_ids):
            refuse_stale(client, expected_version, by=client.updated_by)
        refuse_taken_name(draft.name, tenant_id=client.tenant_id, but=client)
        if draft.type.has_roles and not draft.role_ids <= _ids(held):
            require(actor, Action.ASSIGN_ROLES, client=client)  # before an error describes them
        roles = roles_of(draft, tenant_id=client.tenant_id, held=_ids(held))
        _set_roles(client, roles, held=held, actor=actor)
        _require_what_differs(client, was, draft, actor=actor)
        gains = _privileges(roles, draft) - _privileges(held, was)
        stays = remove_others(client, kept_secrets, actor=actor, now=now) if gains else []
        for column in COLUMNS:
            setattr(client, column, getattr(draft, column))
        replace_tags_and_urls(client, draft)
        before |= {"kept_secrets": []}
        after = values_of(draft, roles) | {"kept_secrets": list(map(str, stays))}
        save_changes(client, "client.edited", before, after, actor=actor, now=now)
        return in_state(client, is_enabled, actor=actor, now=now)


@transaction.atomic
def assign_roles(
    client: Client,
    role_ids: frozenset[UUID],
    *,
    confirms_administrator: bool,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
    kept_secrets: KeptSecrets = NONE_STAYS,
) -> Client:
    """Give ``client`` exactly these roles and Tenant Member.

    If the client becomes privileged, only its ``kept_secrets`` stay (CLI-15).
    Errors: RuleBroken (roles, confirms_administrator, kept_secrets), also for a type without roles;
    ChangedMeanwhile; Forbidden; NotFound.
    """
    lock_tenant(actor.tenant_id)  # for its roles
    client = locked(client)
    require(actor, Action.ASSIGN_ROLES, client=client)
    if not client.type.has_roles:
        raise RuleBroken(_("Clients of this type do not have roles."), field="roles")
    held = list(client.roles.order_by("name_key"))
    if _differ(held, role_ids):
        refuse_stale(client, expected_version, by=client.updated_by)
    draft = ClientDraft(
        name=client.name, role_ids=role_ids, confirms_administrator=confirms_administrator
    )
    roles = roles_of(draft, tenant_id=client.tenant_id, held=_ids(held))
    _set_roles(client, roles, held=held, actor=actor)
    gains = _privileges(roles, client) - _privileges(held, client)
    stays = remove_others(client, kept_secrets, actor=actor, now=now) if gains else []
    before, after = (
        {"roles": [role.name for role in some], "kept_secrets": [str(secret) for secret in kept]}
        for some, kept in ((held, ()), (roles, stays))
    )
    save_changes(client, "client.roles.changed", before, after, actor=actor, now=now)
    return client


@transaction.atomic
def set_enabled(client: Client, *, enabled: bool, actor: Actor, now: datetime) -> Client:
    """Let ``client`` request tokens, or stop it; if it is so already, nothing is recorded.

    Errors: Forbidden; NotFound.
    """
    client = locked(client)
    require(actor, Action.DISABLE_CLIENT, client=client)
    if client.is_enabled != enabled:
        client.is_enabled = enabled
        client.updated_at, client.updated_by = now, actor.name
        client.save(update_fields=["is_enabled", "updated_at", "updated_by"])
        action = "client.enabled" if enabled else "client.disabled"
        audit.record(action, client, actor=actor, now=now)
    return client


def in_state(client: Client, is_enabled: bool | None, *, actor: Actor, now: datetime) -> Client:
    """Return ``client`` enabled or not, or as it is if ``is_enabled`` is None.

    Errors: as ``set_enabled``, if that differs.
    """
    if is_enabled is None or is_enabled == client.is_enabled:
        return client
    return set_enabled(client, enabled=is_enabled, actor=actor, now=now)


def save_changes(
    client: Client,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Save ``client`` and record the values that differ; return False if none does."""
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        client.version += 1
        client.updated_at, client.updated_by = now, actor.name
        client.save()
        before, after = ({name: some[name] for name in changed} for some in (before, after))
        audit.record(action, client, actor=actor, now=now, before=before, after=after)
    return bool(changed)


def _ids(roles: Iterable[Role]) -> frozenset[UUID]:
    return frozenset(role.pk for role in roles)


def _privileges(roles: list[Role], having: Client | ClientDraft) -> frozenset[UUID | str]:
    role_type_ids = (role.role_type_id for role in roles)
    return privileges(role_type_ids, may_introspect=having.may_introspect)


def _differ(held: list[Role], role_ids: frozenset[UUID]) -> bool:
    """Return whether ``role_ids`` and Tenant Member, which stays, are other roles than ``held``."""
    members = {role.pk for role in held if role.is_member}
    return bool(held) and _ids(held) != role_ids | members


def _require_what_differs(
    client: Client, was: ClientDraft, draft: ClientDraft, *, actor: Actor
) -> None:
    """Owners may change URLs, but nobody gets the codes of a first-party application unasked."""
    differing_urls = any(draft.urls_of(kind) != was.urls_of(kind) for kind in draft.type.url_kinds)
    if differing_urls or any(getattr(draft, one) != getattr(was, one) for one in _SHOWN):
        require(actor, Action.EDIT_URLS, client=client)
    if any(getattr(draft, one) != getattr(was, one) for one in _ASSIGNED):
        require(actor, Action.ASSIGN_ROLES, client=client)
    if any(getattr(draft, one) != getattr(was, one) for one in ASSERTION_RULES):
        require(actor, Action.EXTEND_CREDENTIAL, client=client)
    if differing_urls and was.skips_consent:
        require(actor, Action.ASSIGN_ROLES, client=client)


def _set_roles(client: Client, roles: list[Role], *, held: list[Role], actor: Actor) -> None:
    if _ids(held) != _ids(roles):
        require(actor, Action.ASSIGN_ROLES, client=client)
        client.roles.set(roles)
        update_first_role(client)
