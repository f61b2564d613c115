"""Deeds on clients."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clients_app import audit, conf, selectors
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, gettext_noop
from clients_app.limits import CONTACT_MAX, DESCRIPTION_MAX, TOKEN_LIFETIME_DEFAULT_S
from clients_app.models import (
    Client,
    ClientRole,
    ClientSecret,
    ClientTag,
    ClientType,
    IssuedClientId,
    Role,
    Tenant,
)
from clients_app.models.defaults import new_id
from clients_app.policies import Action, require
from clients_app.rules.lifetimes import check_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, clean_tags, key_of
from clients_app.rules.secret_format import new_secret
from clients_app.services import form_keys
from clients_app.services.client_secrets import SecretDraft, checked, described, insert_secret
from clients_app.services.roles import roles_to_carry
from clients_app.services.secret_digests import stored_form


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDraft:
    """What a person says about a new client; ``confirms_administrator`` is the second tick."""

    name: str
    role_ids: frozenset[UUID] = frozenset()
    confirms_administrator: bool = False
    token_lifetime_s: int = TOKEN_LIFETIME_DEFAULT_S
    description: str = ""
    contact: str = ""
    tags: tuple[str, ...] = ()
    client_type: str = ClientType.CLIENT_CREDENTIALS


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A new client with its first secret, whose plain text is readable only here and only now."""

    client: Client
    secret: ClientSecret
    plain: str = field(repr=False)


def check_client_draft(draft: ClientDraft, *, actor: Actor) -> ClientDraft:
    """Return the draft cleaned, if it could be added now; saves nothing.

    Errors: Forbidden; RuleBroken and Conflict with the field (name, roles, token_lifetime,
    description, contact, tags) as ``register_client`` would raise them.
    """
    require(actor, Action.ADD_CLIENT)
    draft = replace(
        draft,
        name=clean_client_name(draft.name),
        token_lifetime_s=check_token_lifetime(draft.token_lifetime_s),
        description=clean_line(draft.description, maximum=DESCRIPTION_MAX, field="description"),
        contact=clean_line(draft.contact, maximum=CONTACT_MAX, field="contact"),
        tags=tuple(clean_tags(draft.tags)),
    )
    _refuse_taken_name(draft.name, tenant_id=actor.tenant_id)
    _roles_of(draft, tenant_id=actor.tenant_id)
    return draft


def register_client(
    draft: ClientDraft,
    first_secret: SecretDraft,
    *,
    actor: Actor,
    now: datetime,
    form_key: str = "",
) -> RegisteredClient:
    """Add a Client-Credentials client with its roles and first secret: all of it or nothing.

    Errors: as ``check_client_draft``; RuleBroken for a bad secret draft (fields expiration,
    secret_description) or a full tenant; AlreadyAdded if this form was sent before.
    Source: product rules, "Saved at Add" and "Rules and limits".
    """
    require(actor, Action.ADD_CLIENT)
    first_secret = checked(first_secret, now=now)
    client_id, plain = new_id(), new_secret()
    stored = stored_form(plain, client_id=client_id)  # 20 ms, before any row is locked
    with transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=actor.tenant_id)
        form_keys.refuse_used(form_key, actor=actor)
        draft = check_client_draft(draft, actor=actor)
        _refuse_full_tenant(actor.tenant_id)
        roles = _roles_of(draft, tenant_id=actor.tenant_id)
        client = _insert_client(
            client_id, draft, roles, ends_at=first_secret.expires_at, actor=actor, now=now
        )
        secret = insert_secret(client, first_secret, stored, actor=actor, now=now)
        form_keys.use(form_key, client=client, actor=actor, now=now)
        event: dict[str, Any] = {"actor": actor, "now": now, "client_id": client_id}
        audit.record("client.added", client, **event, after=_described(draft, roles))
        audit.record("client.secret.added", secret, **event, after=described(secret))
    return RegisteredClient(client, secret, plain)


def _roles_of(draft: ClientDraft, *, tenant_id: UUID) -> list[Role]:
    roles = roles_to_carry(draft.role_ids, tenant_id=tenant_id)
    if any(role.is_administrator for role in roles) and not draft.confirms_administrator:
        raise RuleBroken(
            gettext_noop(
                "Select the box that makes %(name)s a Tenant Administrator, or take that role away."
            ),
            field="confirm_admin",
            name=draft.name,
        )
    return roles


def _refuse_taken_name(name: str, *, tenant_id: UUID) -> None:
    if selectors.name_is_taken(tenant_id, name):
        raise Conflict(
            gettext_noop("There is a client named %(name)s already. Enter another name."),
            field="name",
            name=name,
        )


def _refuse_full_tenant(tenant_id: UUID) -> None:
    maximum = conf.clients_per_tenant()
    if Client.objects.for_tenant(tenant_id).present().count() >= maximum:
        raise RuleBroken(
            gettext_noop(
                "This tenant has %(maximum)s clients, the most it can have. "
                "Remove one that is no longer used."
            ),
            maximum=maximum,
        )


def _insert_client(
    client_id: UUID,
    draft: ClientDraft,
    roles: list[Role],
    *,
    ends_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Client:
    IssuedClientId.objects.create(id=client_id)
    client = Client.objects.create(
        id=client_id,
        tenant_id=actor.tenant_id,
        client_type=draft.client_type,
        name=draft.name,
        description=draft.description,
        contact=draft.contact,
        token_lifetime_s=draft.token_lifetime_s,
        next_expires_at=ends_at,
        created_at=now,
        created_by=actor.name,
        updated_at=now,
        updated_by=actor.name,
    )
    ClientRole.objects.bulk_create(ClientRole(client=client, role=role) for role in roles)
    ClientTag.objects.bulk_create(
        ClientTag(client=client, name=tag, name_key=key_of(tag)) for tag in draft.tags
    )
    return client


def _described(draft: ClientDraft, roles: list[Role]) -> dict[str, Any]:
    return {
        "name": draft.name,
        "client_type": draft.client_type,
        "roles": [role.name for role in roles],
        "token_lifetime_s": draft.token_lifetime_s,
        "description": draft.description,
        "contact": draft.contact,
        "tags": list(draft.tags),
    }
