"""What a person says about a client, cleaned by the rules before anything is saved."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings

from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, gettext_noop
from clients_app.limits import CONTACT_MAX, DESCRIPTION_MAX, TOKEN_LIFETIME_DEFAULT_S
from clients_app.models import Client, ClientType, ClientUrl, Role
from clients_app.permissions import Action, require
from clients_app.rules.lifetimes import check_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, clean_tags
from clients_app.rules.redirect_uris import (
    check_url_count,
    clean_cors_origin,
    clean_logout_uri,
    clean_redirect_uri,
)
from clients_app.rules.role_claims import check_role_claims
from clients_app.selectors.clients.lookup import name_is_taken
from clients_app.services.roles.roles import roles_to_carry


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDraft:
    """The fields of Add Client and Edit Client; ``confirms_administrator`` is the second tick."""

    name: str
    client_type: str = ClientType.CLIENT_CREDENTIALS
    role_ids: frozenset[UUID] = frozenset()
    confirms_administrator: bool = False
    token_lifetime_s: int = TOKEN_LIFETIME_DEFAULT_S
    description: str = ""
    contact: str = ""
    tags: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    allow_refresh_token: bool = False
    may_introspect: bool = False

    @property
    def has_roles(self) -> bool:
        return self.client_type == ClientType.CLIENT_CREDENTIALS

    def urls(self) -> dict[str, tuple[str, ...]]:
        """Return the URLs and origins by the kind of row they are kept as."""
        return {
            ClientUrl.Kind.REDIRECT: self.redirect_uris,
            ClientUrl.Kind.LOGOUT_REDIRECT: self.logout_uris,
            ClientUrl.Kind.CORS_ORIGIN: self.cors_origins,
        }


def check_client_draft(draft: ClientDraft, *, actor: Actor) -> ClientDraft:
    """Return the draft of a new client cleaned, if it could be added now; saves nothing.

    Errors: Forbidden; RuleBroken for a full tenant; RuleBroken and Conflict with the field: name,
    roles, confirm_admin, token_lifetime, description, contact, tags, redirect_uris,
    post_logout_redirect_uris, allowed_cors_origins, may_introspect.
    """
    require(actor, Action.ADD_CLIENT)
    draft = cleaned(draft)
    refuse_full_tenant(actor.tenant_id)
    refuse_taken_name(draft.name, tenant_id=actor.tenant_id)
    roles_of(draft, tenant_id=actor.tenant_id)
    return draft


def cleaned(draft: ClientDraft) -> ClientDraft:
    """Return the draft as its fields are stored; what its Client Type does not have is empty.

    Errors: RuleBroken with the field.
    """
    private = draft.client_type == ClientType.AUTHORIZATION_CODE
    draft = replace(
        draft,
        name=clean_client_name(draft.name),
        token_lifetime_s=check_token_lifetime(draft.token_lifetime_s),
        description=clean_line(draft.description, maximum=DESCRIPTION_MAX, field="description"),
        contact=clean_line(draft.contact, maximum=CONTACT_MAX, field="contact"),
        tags=tuple(clean_tags(draft.tags)),
        redirect_uris=_once(
            clean_redirect_uri(url, private_schemes=private) for url in draft.redirect_uris
        ),
        logout_uris=_once(
            clean_logout_uri(url, private_schemes=private) for url in draft.logout_uris
        ),
        cors_origins=_once(clean_cors_origin(origin) for origin in draft.cors_origins),
    )
    _check_urls(draft)
    if draft.may_introspect and private:
        raise RuleBroken(
            gettext_noop("Only a client with secrets can introspect tokens."),
            field="may_introspect",
        )
    return draft


def draft_of(client: Client) -> ClientDraft:
    """Return what the row of ``client`` says, as Edit Client opens with it."""
    urls: dict[str, list[str]] = {kind: [] for kind in ClientUrl.Kind.values}
    for row in client.urls.all():
        urls[row.kind].append(row.url)
    return ClientDraft(
        name=client.name,
        client_type=client.client_type,
        role_ids=frozenset(role.pk for role in client.roles.all()),
        token_lifetime_s=client.token_lifetime_s,
        description=client.description,
        contact=client.contact,
        tags=tuple(tag.name for tag in client.tags.all()),
        redirect_uris=tuple(urls[ClientUrl.Kind.REDIRECT]),
        logout_uris=tuple(urls[ClientUrl.Kind.LOGOUT_REDIRECT]),
        cors_origins=tuple(urls[ClientUrl.Kind.CORS_ORIGIN]),
        allow_refresh_token=client.allow_refresh_token,
        may_introspect=client.may_introspect,
    )


def roles_of(
    draft: ClientDraft, *, tenant_id: UUID, held: frozenset[UUID] = frozenset()
) -> list[Role]:
    """Return the roles that the client will carry; none for a type that carries none.

    ``held`` are the ids of those it carries already: Tenant Administrator among them needs no
    second tick.
    Errors: RuleBroken for roles, and for confirm_admin where the second tick is missing.
    """
    if not draft.has_roles:
        return []
    roles = roles_to_carry(draft.role_ids, tenant_id=tenant_id)
    check_role_claims(role.name for role in roles)
    gained = any(role.is_administrator and role.pk not in held for role in roles)
    if gained and not draft.confirms_administrator:
        raise RuleBroken(
            gettext_noop(
                "Select the box that makes %(name)s a Tenant Administrator, or take that role away."
            ),
            field="confirm_admin",
            name=draft.name,
        )
    return roles


def refuse_taken_name(name: str, *, tenant_id: UUID, but: Client | None = None) -> None:
    """Return if no other client of the tenant that is not removed has this name.

    Errors: Conflict (field name).
    """
    if name_is_taken(tenant_id, name, but=but):
        raise Conflict(
            gettext_noop("There is a client named %(name)s already. Enter another name."),
            field="name",
            name=name,
        )


def refuse_full_tenant(tenant_id: UUID) -> None:
    """Return if the tenant has room for one client more.

    Errors: RuleBroken.
    """
    maximum = settings.CLIENTS_PER_TENANT
    if Client.objects.for_tenant(tenant_id).present().count() >= maximum:
        raise RuleBroken(
            gettext_noop(
                "This tenant has %(maximum)s clients, the most it can have. "
                "Remove one that is no longer used."
            ),
            maximum=maximum,
        )


def described(draft: ClientDraft, roles: list[Role]) -> dict[str, Any]:
    """Return what the audit chain says of a client: the fields that its Client Type has."""
    fields = asdict(draft)
    del fields["role_ids"], fields["confirms_administrator"]
    if draft.has_roles:
        for name in ("redirect_uris", "logout_uris", "cors_origins", "allow_refresh_token"):
            del fields[name]
        fields["roles"] = [role.name for role in roles]
    if draft.client_type == ClientType.AUTHORIZATION_CODE:
        del fields["may_introspect"]
    return fields


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _check_urls(draft: ClientDraft) -> None:
    if draft.client_type == ClientType.CLIENT_CREDENTIALS:
        wrong = any(draft.urls().values()) or draft.allow_refresh_token
    else:
        wrong = draft.client_type == ClientType.HYBRID and bool(draft.cors_origins)
    if wrong:
        raise RuleBroken(gettext_noop("This Client Type has no such URLs."))
    if draft.client_type == ClientType.CLIENT_CREDENTIALS:
        return
    fields = ("redirect_uris", "post_logout_redirect_uris", "allowed_cors_origins")
    for field, urls in zip(fields, draft.urls().values(), strict=True):
        check_url_count(urls, field=field)
