"""Makes each client as its entry in a file describes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, Person
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_CREDENTIALS, URL_KINDS
from clients_app.rules.lifetimes import check_token_lifetime
from clients_app.rules.names import key_of
from clients_app.selectors.apis.apis import tenant_apis
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.clients.drafts import ASSERTION_RULES, ClientDraft, cleaned, draft_of
from clients_app.services.clients.edits import edit_client, set_enabled
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.clients.owners import set_owners
from clients_app.services.clients.registration import RegisteredClient, register_client
from clients_app.services.declared.credentials import DeclaredCredentials, placed_first
from clients_app.services.declared.entries import Entry
from clients_app.services.declared.found import may_call_of
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import HashedSecret, hashed_secret

#: field of a file -> field of a draft
_SAME: Final = (
    *("name", "may_introspect", "may_rotate_own_secrets", "may_add_secrets"),
    *(*ASSERTION_RULES, "allow_refresh_token"),
)
_TEXTS: Final = tuple(line.name for line in (*LINES, *APPLICATION_URLS))
_LISTS: Final = ("tags", *(kind.path for kind in URL_KINDS))


@dataclass(kw_only=True)
class DeclaredClients:
    """Applies entries within one transaction that holds the lock of the tenant."""

    actor: Actor
    now: datetime
    secret: SecretDraft
    hashed: list[HashedSecret]
    administrators: frozenset[str]
    added: list[RegisteredClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        tenant_id = self.actor.tenant_id
        roles = tenant_roles(tenant_id)
        self._roles = {role.name_key: role.pk for role in roles}
        self._members = frozenset(role.pk for role in roles if role.is_member)
        self._apis = {api.identifier: api for api in tenant_apis(tenant_id)}
        self._credentials = DeclaredCredentials(
            actor=self.actor, now=self.now, default_end=self.secret.expires_at
        )

    def apply(self, entry: Entry, client: Client | None) -> None:
        """Add the client of an entry, or change what differs. Errors: PortalError."""
        if client is None:
            client = self._add(entry)
        else:
            self._refuse_others(entry, client)
            self._edit(entry, client)
        enabled = entry.values.get("enabled", client.is_enabled)
        if enabled != client.is_enabled:
            set_enabled(client, enabled=enabled, actor=self.actor, now=self.now)
        if "may_call" in entry.values:
            was = may_call_of(client)
            draft = self._may_call(entry.values["may_call"], was)
            if draft != was:
                set_may_call(client, draft, expected_version=None, actor=self.actor, now=self.now)
        self._credentials.apply(client, entry.values)

    def _add(self, entry: Entry) -> Client:
        if "id" in entry.values:
            sentence = _("There is no client with this id. Leave out id to add one.")
            raise RuleBroken(sentence, field="id")
        kind = entry.values.get("type", CLIENT_CREDENTIALS.id)
        draft = self._draft(entry, ClientDraft(name=entry.name, client_type=kind))
        first: FirstDraft | None = self._credentials.first_of(entry.values)
        hashed = None
        if draft.type.has_secrets and first is None:
            first = self.secret
            hashed = self.hashed.pop() if self.hashed else hashed_secret()
        with placed_first(first):
            created = register_client(
                draft,
                first if draft.type.has_secrets else None,
                actor=self.actor,
                now=self.now,
                owner_ids=self._owners(entry.values.get("owners", [])),
                hashed=hashed,
            )
        self.added.append(created)
        return created.client

    def _edit(self, entry: Entry, client: Client) -> None:
        was = draft_of(client)
        draft = self._draft(entry, was)
        if draft.type.has_roles:
            draft = replace(draft, role_ids=draft.role_ids | self._members)
        if cleaned(replace(draft, confirms_administrator=False)) != was:
            edit_client(client, draft, expected_version=None, actor=self.actor, now=self.now)
        if "owners" in entry.values:
            owners = self._owners(entry.values["owners"])
            if owners != frozenset(person.pk for person in client.owners.all()):
                set_owners(client, owners, expected_version=None, actor=self.actor, now=self.now)

    def _refuse_others(self, entry: Entry, client: Client) -> None:
        if client.removed_at is not None:
            sentence = _(
                "It was removed on %(day)s. Restore it with `manage.py clients restore`, or leave "
                "out id to add another client."
            )
            raise RuleBroken(sentence, day=f"{client.removed_at.astimezone(UTC):%Y-%m-%d}")
        if entry.values.get("type", client.client_type) != client.client_type:
            sentence = _("It is of type %(type)s. The type of a client never changes.")
            raise RuleBroken(sentence, field="type", type=client.client_type)

    def _draft(self, entry: Entry, was: ClientDraft) -> ClientDraft:
        given = entry.values
        values: dict[str, Any] = {name: given[name] for name in (*_SAME, *_TEXTS) if name in given}
        values |= {name: tuple(given[name]) for name in _LISTS if name in given}
        if "first_party" in given:
            values["skips_consent"] = given["first_party"]
        if "token_lifetime" in given:
            values["token_lifetime_s"] = check_token_lifetime(given["token_lifetime"])
        if given.get("roles") and not was.type.has_roles:
            raise RuleBroken(_("Clients of this type do not have roles."), field="roles")
        if "roles" in given:
            values["role_ids"] = self._role_ids(given["roles"])
        confirms = key_of(entry.name) in self.administrators
        return replace(was, confirms_administrator=confirms, **values)

    def _role_ids(self, names: Iterable[str]) -> frozenset[UUID]:
        sentence = _("There is no role named %(name)s. Add it to roles.")
        return _ids_of(names, self._roles, sentence, field="roles")

    def _owners(self, usernames: Iterable[str]) -> frozenset[UUID]:
        keys = {key_of(name) for name in usernames}
        people = Person.objects.filter(tenant_id=self.actor.tenant_id, username_key__in=keys)
        ids = dict(people.values_list("username_key", "pk")) if keys else {}
        sentence = _("There is no person with the username %(name)s.")
        return _ids_of(usernames, ids, sentence, field="owners")

    def _may_call(self, given: Mapping[str, Any], was: MayCallDraft) -> MayCallDraft:
        draft = replace(was, built_in=given.get("built_in", was.built_in))
        if "apis" in given:
            scopes = given["apis"].items()
            apis = {self._api_id(identifier): frozenset(some) for identifier, some in scopes}
            default = was.default_api_id if was.default_api_id in apis else None
            draft = replace(draft, apis=apis, default_api_id=default)
        if "default" in given:
            default = self._api_id(given["default"]) if given["default"] else None
            draft = replace(draft, default_api_id=default)
        return draft

    def _api_id(self, identifier: str) -> UUID:
        if identifier not in self._apis:
            sentence = _("There is no API with the Identifier %(identifier)s. Add it to apis.")
            raise RuleBroken(sentence, field="may_call", identifier=identifier)
        return self._apis[identifier].pk


def _ids_of(
    names: Iterable[str], ids: Mapping[str, UUID], sentence: str, *, field: str
) -> frozenset[UUID]:
    for name in names:
        if key_of(name) not in ids:
            raise RuleBroken(sentence, field=field, name=name)
    return frozenset(ids[key_of(name)] for name in names)
