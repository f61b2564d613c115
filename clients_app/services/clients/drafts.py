"""Drafts of clients: what a form holds, cleaned and checked before anything is saved."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, existing
from clients_app.errors import gettext_noop as _
from clients_app.limits import TOKEN_LIFETIME_DEFAULT_S
from clients_app.models import Client, ClientCount, ClientTag, ClientUrl, Role
from clients_app.permissions import Action, require
from clients_app.rules.alerts import AlertKind
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES, ClientType, UrlKind
from clients_app.rules.lifetimes import check_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, clean_tags, copied_name, key_of
from clients_app.rules.redirect_uris import check_url_count, clean_application_url, clean_url
from clients_app.rules.role_claims import check_role_claims
from clients_app.selectors.clients.lookup import name_is_taken
from clients_app.services.roles.roles import roles_with_member

#: The switches of a client about its assertions (CRE-4).
ASSERTION_RULES: Final = ("demands_assertion_type", "accepts_token_endpoint_audience")
#: The fields of a draft that are columns of a client.
COLUMNS: Final = (
    *("name", "token_lifetime_s", "allow_refresh_token", "may_introspect", "skips_consent"),
    *("may_rotate_own_secrets", "may_add_secrets"),
    *ASSERTION_RULES,
    *(line.name for line in (*LINES, *APPLICATION_URLS)),
    *(kind.mute for kind in AlertKind),
)


_LACKING: Final = {
    "may_introspect": _("Only a client with secrets can introspect tokens."),
    "may_rotate_own_secrets": _("Only a client for machines can rotate its own secrets."),
    "may_add_secrets": _("Authorization Code clients have no secrets."),
    **dict.fromkeys(
        ASSERTION_RULES, _("Authorization Code clients have no secrets, keys or identities.")
    ),
    "skips_consent": _("Only a client that people sign in to can skip their consent."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDraft:
    """The fields of Add Client and Edit Client.

    ``confirms_administrator`` is the second checkbox that Tenant Administrator needs.
    """

    name: str
    client_type: str = CLIENT_CREDENTIALS.id
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
    may_rotate_own_secrets: bool = False
    may_add_secrets: bool = False
    demands_assertion_type: bool = False
    accepts_token_endpoint_audience: bool = False
    client_uri: str = ""
    logo_uri: str = ""
    skips_consent: bool = False
    mutes_refused: bool = False
    mutes_silent: bool = False
    mutes_new_address: bool = False

    @property
    def type(self) -> ClientType:
        return CLIENT_TYPES[self.client_type]

    def urls_of(self, kind: UrlKind) -> tuple[str, ...]:
        urls: tuple[str, ...] = getattr(self, kind.path)
        return urls


def check_client_draft(draft: ClientDraft, *, actor: Actor) -> ClientDraft:
    """Return the cleaned draft of a client that could be added now; nothing is saved.

    Errors: Forbidden; RuleBroken for a full tenant; RuleBroken and Conflict with the field's path.
    """
    require(actor, Action.ADD_CLIENT)
    return checked(draft, tenant_id=actor.tenant_id)[0]


def checked(draft: ClientDraft, *, tenant_id: UUID) -> tuple[ClientDraft, list[Role]]:
    """Return the cleaned draft of a client that the tenant has room for, and its roles by name.

    Errors: as ``check_client_draft``, except Forbidden.
    """
    draft = cleaned(draft)
    refuse_full_tenant(tenant_id)
    refuse_taken_name(draft.name, tenant_id=tenant_id)
    return draft, roles_of(draft, tenant_id=tenant_id)


def cleaned(draft: ClientDraft) -> ClientDraft:
    """Return the draft as it is stored.

    Errors: RuleBroken with the field's path, also for fields that its Client Type does not have.
    """
    values: dict[str, Any] = {
        line.name: clean_line(getattr(draft, line.name), maximum=line.maximum, field=line.name)
        for line in LINES
    }
    for line in APPLICATION_URLS:
        url = getattr(draft, line.name)
        values[line.name] = clean_application_url(url, field=line.name)
    for kind in draft.type.url_kinds:
        private = draft.type.may_have_private_schemes
        urls = (clean_url(url, kind, private_schemes=private) for url in draft.urls_of(kind))
        values[kind.path] = tuple(dict.fromkeys(urls))
    draft = replace(
        draft,
        name=clean_client_name(draft.name),
        token_lifetime_s=check_token_lifetime(draft.token_lifetime_s),
        tags=tuple(clean_tags(draft.tags)),
        **values,
    )
    _refuse_what_the_type_lacks(draft)
    for kind in draft.type.url_kinds:
        check_url_count(draft.urls_of(kind), kind)
    return draft


def draft_of(client: Client) -> ClientDraft:
    """Return the draft with which Edit Client opens."""
    values: dict[str, Any] = {column: getattr(client, column) for column in COLUMNS}
    rows = list(client.urls.all())
    for kind in client.type.url_kinds:
        values[kind.path] = tuple(row.url for row in rows if row.kind == kind.id)
    return ClientDraft(
        client_type=client.client_type,
        role_ids=frozenset(role.pk for role in client.roles.all()),
        tags=tuple(tag.name for tag in client.tags.all()),
        **values,
    )


def draft_of_copy(client: Client) -> ClientDraft:
    """Return the draft of a copy, under the first free name; roles and URLs are the client's.

    Owners, secrets, keys and identities are not part of a draft, so a copy has none of them.
    """
    names = (copied_name(client.name, number) for number in count(1))
    free = next(name for name in names if not name_is_taken(client.tenant_id, name))
    return replace(draft_of(client), name=free)


def with_rules_of(draft: ClientDraft, client_id: UUID, *, tenant_id: UUID) -> ClientDraft:
    """Return the draft with the ASSERTION_RULES of a client, which Add Client does not show.

    Errors: NotFound.
    """
    rows = Client.objects.for_tenant(tenant_id).filter(pk=client_id).values(*ASSERTION_RULES)
    return replace(draft, **existing(rows.first(), _("There is no such client.")))


def roles_of(
    draft: ClientDraft, *, tenant_id: UUID, held: frozenset[UUID] = frozenset()
) -> list[Role]:
    """Return the roles that the client gets; none for a type without roles.

    Errors: RuleBroken (roles); RuleBroken (confirms_administrator) where that checkbox is not
    selected and Tenant Administrator is not among the ids ``held``.
    """
    if not draft.type.has_roles:
        return []
    roles = roles_with_member(draft.role_ids, tenant_id=tenant_id)
    check_role_claims(role.name for role in roles)
    gained = any(role.is_administrator and role.pk not in held for role in roles)
    if gained and not draft.confirms_administrator:
        sentence = _("Confirm that %(name)s becomes a Tenant Administrator, or remove that role.")
        raise RuleBroken(sentence, field="confirms_administrator", name=draft.name)
    return roles


def refuse_taken_name(name: str, *, tenant_id: UUID, but: Client | None = None) -> None:
    """Raise Conflict (name) if another client of the tenant has this name."""
    if name_is_taken(tenant_id, name, but=but):
        sentence = _("There is a client named %(name)s already. Enter another name.")
        raise Conflict(sentence, field="name", name=name)


def refuse_full_tenant(tenant_id: UUID) -> None:
    """Raise RuleBroken if the tenant has no room for another client."""
    maximum = settings.CLIENTS_PER_TENANT
    if ClientCount.objects.total(tenant_id) >= maximum:
        sentence = _(
            "This tenant has %(maximum)s clients, the most it can have. "
            "Remove one that is no longer used."
        )
        raise RuleBroken(sentence, maximum=maximum)


def values_of(draft: ClientDraft, roles: Iterable[Role]) -> dict[str, Any]:
    """Return the values for an audit event: the fields that the Client Type has."""
    fields = asdict(draft)
    for name in ("role_ids", "confirms_administrator", *draft.type.lacks):
        fields.pop(name, None)
    if draft.type.has_roles:
        fields["roles"] = [role.name for role in roles]
    return fields


def insert_tags(client: Client, tags: Iterable[str]) -> None:
    rows = (ClientTag(client=client, name=tag, name_key=key_of(tag)) for tag in tags)
    ClientTag.objects.bulk_create(rows)


def insert_tags_and_urls(client: Client, draft: ClientDraft) -> None:
    insert_tags(client, draft.tags)
    ClientUrl.objects.bulk_create(
        ClientUrl(client=client, kind=kind.id, url=url)
        for kind in draft.type.url_kinds
        for url in draft.urls_of(kind)
    )


def replace_tags_and_urls(client: Client, draft: ClientDraft) -> None:
    client.tags.all().delete()
    client.urls.all().delete()
    insert_tags_and_urls(client, draft)


def _refuse_what_the_type_lacks(draft: ClientDraft) -> None:
    for path in draft.type.lacks:
        if getattr(draft, path, None) and path != "confirms_administrator":
            raise RuleBroken(
                _LACKING.get(path, _("This Client Type has no such URLs.")), field=path
            )
