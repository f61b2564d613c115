"""Edits of a client that exists: its fields, its roles, whether it is enabled."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import OWNERS_MAX
from clients_app.models import Client, ClientOwner, ClientRole, Person, Role
from clients_app.permissions import Action, require
from clients_app.services.clients.drafts import (
    COLUMNS,
    ClientDraft,
    cleaned,
    described,
    draft_of,
    refuse_taken_name,
    roles_of,
)
from clients_app.services.clients.owners import insert_owners, refuse_ownerless
from clients_app.services.clients.registration import (
    insert_roles,
    insert_tags_and_urls,
)
from clients_app.services.locks import lock_tenant, locked
from clients_app.services.versions import refuse_stale


def edit_client(
    client: Client, draft: ClientDraft, *, expected_version: int | None, actor: Actor, now: datetime
) -> Client:
    """Give ``client`` the fields, roles and URLs of ``draft``; its type and id stay.

    ``expected_version`` is that of the client on which the form was filled.
    Errors: as ``check_client_draft``; ChangedMeanwhile; Forbidden, also where roles or the right
    to introspect differ and the actor may not assign roles; ProofRequired where they or the URLs
    differ; NotFound.
    """
    draft = cleaned(replace(draft, client_type=client.client_type))
    with transaction.atomic():
        lock_tenant(actor.tenant_id)  # for its names
        client = locked(client)
        require(actor, Action.EDIT_CLIENT, client=client)
        held = list(client.roles.order_by("name_key"))
        was = draft_of(client)
        before = described(was, held)
        if described(draft, held) != before or _differ(held, draft.role_ids):
            refuse_stale(client, expected_version, by=client.updated_by)
        refuse_taken_name(draft.name, tenant_id=client.tenant_id, but=client)
        if draft.type.has_roles and not draft.role_ids <= _ids(held):
            require(actor, Action.ASSIGN_ROLES, client=client)  # before anything is said of them
        roles = roles_of(draft, tenant_id=client.tenant_id, held=_ids(held))
        _assign(client, roles, held=held, actor=actor)
        _require_more(client, draft, was, actor=actor)
        for column in COLUMNS:
            setattr(client, column, getattr(draft, column))
        client.tags.all().delete()
        client.urls.all().delete()
        insert_tags_and_urls(client, draft)
        after = described(draft, roles)
        record_change(client, "client.edited", before, after, actor=actor, now=now)
    return client


def assign_roles(
    client: Client,
    role_ids: frozenset[UUID],
    *,
    confirms_administrator: bool,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Let ``client`` carry these roles and Tenant Member.

    Errors: RuleBroken (roles, confirms_administrator), also for a type without roles;
    ChangedMeanwhile; Forbidden; NotFound.
    """
    with transaction.atomic():
        lock_tenant(actor.tenant_id)  # for its roles
        client = locked(client)
        require(actor, Action.ASSIGN_ROLES, client=client)
        if not client.type.has_roles:
            raise RuleBroken(gettext_noop("Clients of this type carry no roles."), field="roles")
        held = list(client.roles.order_by("name_key"))
        if _differ(held, role_ids):
            refuse_stale(client, expected_version, by=client.updated_by)
        draft = ClientDraft(
            name=client.name, role_ids=role_ids, confirms_administrator=confirms_administrator
        )
        roles = roles_of(draft, tenant_id=client.tenant_id, held=_ids(held))
        _assign(client, roles, held=held, actor=actor)
        before = {"roles": [role.name for role in held]}
        after = {"roles": [role.name for role in roles]}
        record_change(client, "client.roles.changed", before, after, actor=actor, now=now)
    return client


def set_enabled(client: Client, *, enabled: bool, actor: Actor, now: datetime) -> Client:
    """Let ``client`` ask for tokens, or stop it; doing it twice changes and records nothing.

    Errors: Forbidden; NotFound.
    """
    with transaction.atomic():
        client = locked(client)
        require(actor, Action.DISABLE_CLIENT, client=client)
        if client.is_enabled != enabled:
            client.is_enabled = enabled
            client.updated_at, client.updated_by = now, actor.name
            client.save(update_fields=["is_enabled", "updated_at", "updated_by"])
            action = "client.enabled" if enabled else "client.disabled"
            audit.record(action, client, actor=actor, now=now, client_id=client.pk)
    return client


def name_owners(
    client: Client,
    person_ids: frozenset[UUID],
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Let exactly these people of the tenant own ``client``.

    Errors: RuleBroken (owners) for more than 20, for someone of elsewhere, and for nobody where a
    policy demands an Owner; ChangedMeanwhile; Forbidden; NotFound.
    """
    with transaction.atomic():
        client = locked(client)
        differs = _ids(client.owners.all()) != person_ids
        needed = Action.ASSIGN_ROLES if differs else Action.EDIT_CLIENT
        require(actor, needed, client=client)
        if differs:
            refuse_stale(client, expected_version, by=client.updated_by)
        people = Person.objects.filter(tenant_id=client.tenant_id, pk__in=person_ids)
        owners = list(people.order_by("username_key"))
        if len(owners) != len(person_ids) or len(owners) > OWNERS_MAX:
            raise RuleBroken(
                gettext_noop("Select at most %(maximum)s people of this tenant."),
                field="owners",
                maximum=OWNERS_MAX,
            )
        refuse_ownerless(owners, tenant_id=client.tenant_id)
        before = {"owners": [owner.username for owner in client.owners.order_by("username_key")]}
        ClientOwner.objects.filter(client=client).delete()
        insert_owners(client, owners)
        after = {"owners": [owner.username for owner in owners]}
        record_change(client, "client.owners.changed", before, after, actor=actor, now=now)
    return client


def _require_more(client: Client, draft: ClientDraft, was: ClientDraft, *, actor: Actor) -> None:
    """Require what a change of the URLs or of the right to introspect needs beyond an edit."""
    if any(draft.urls_of(kind) != was.urls_of(kind) for kind in draft.type.url_kinds):
        require(actor, Action.EDIT_URLS, client=client)
    if draft.may_introspect != was.may_introspect:
        require(actor, Action.ASSIGN_ROLES, client=client)


def _ids(rows: Iterable[Role | Person]) -> frozenset[UUID]:
    return frozenset(row.pk for row in rows)


def _differ(held: list[Role], role_ids: frozenset[UUID]) -> bool:
    """Tell whether a client would not carry the same roles any more; Tenant Member stays."""
    members = {role.pk for role in held if role.is_member}
    return bool(held) and _ids(held) != role_ids | members


def _assign(client: Client, roles: list[Role], *, held: list[Role], actor: Actor) -> None:
    if _ids(held) == _ids(roles):
        return
    require(actor, Action.ASSIGN_ROLES, client=client)
    ClientRole.objects.filter(client=client).delete()
    insert_roles(client, roles)


def record_change(
    client: Client,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Save the row and record what differs; return False where nothing does."""
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return False
    client.version += 1
    client.updated_at, client.updated_by = now, actor.name
    client.save()
    audit.record(
        action,
        client,
        actor=actor,
        now=now,
        client_id=client.pk,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return True
