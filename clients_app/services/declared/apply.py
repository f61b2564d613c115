"""Makes a tenant as a file describes it: all of it, or nothing.

What the file does not list stays as it is. A second run finds nothing to do. Source: DEP-20.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import NotFound, Refused, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Api, Role
from clients_app.rules.names import key_of
from clients_app.selectors.apis.apis import tenant_apis
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.services.apis import drafts as api_drafts
from clients_app.services.apis.apis import add_api, edit_api
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft
from clients_app.services.clients.registration import RegisteredClient
from clients_app.services.declared.clients import DeclaredClients
from clients_app.services.declared.entries import Document, DocumentRefused, Entry
from clients_app.services.declared.found import clients_of_entries
from clients_app.services.locks import lock_tenant
from clients_app.services.roles.roles import add_role, edit_role
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import HashedSecret

#: field of a draft -> field of a file, where they differ
_FIELDS: Final = {
    "apis": "may_call",
    "default_api": "may_call",
    "skips_consent": "first_party",
    "confirms_administrator": "roles",
}
_TAKES_PART: Final = ("name", "identifier", "description")  # of an API


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecrets:
    """What the first secrets of new clients get: one draft, and texts that were hashed before."""

    draft: SecretDraft
    hashed: list[HashedSecret]


def new_clients_in(document: Document, *, actor: Actor) -> int:
    """Return how many clients the file would add."""
    return len(document.clients) - len(clients_of_entries(actor.tenant_id, document.clients))


def apply_document(
    document: Document,
    secrets: NewSecrets,
    *,
    administrators: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> list[RegisteredClient]:
    """Add and change what the file lists; return the new clients with their secrets.

    ``administrators`` are the names of clients that are confirmed to get Tenant Administrator.
    Another file that is applied at the same time waits, and then finds what this one did.
    Errors: DocumentRefused with all problems, each with its place; Forbidden.
    """
    problems: list[str] = []
    with transaction.atomic():
        lock_tenant(actor.tenant_id)
        _apply_roles(document, problems, actor=actor, now=now)
        _apply_apis(document, problems, actor=actor, now=now)
        clients = DeclaredClients(
            actor=actor,
            now=now,
            secret=secrets.draft,
            hashed=secrets.hashed,
            administrators=frozenset(map(key_of, administrators)),
        )
        found = clients_of_entries(actor.tenant_id, document.clients)
        seen: dict[object, str] = {}
        for entry in document.clients:
            with noted(entry, problems):
                client = found.get(entry.path)
                if client is not None and seen.setdefault(client.pk, entry.path) != entry.path:
                    sentence = _("It is the same client as %(other)s.")
                    raise RuleBroken(sentence, other=seen[client.pk])
                clients.apply(entry, client)
        if problems:
            raise DocumentRefused(problems)
    return clients.added


@contextmanager
def noted(entry: Entry, problems: list[str]) -> Iterator[None]:
    """Add what the block refuses to the problems, with the place of the entry."""
    try:
        with transaction.atomic():
            yield
    except (Refused, NotFound) as error:
        field = (error.field if isinstance(error, Refused) else None) or ""
        how = " (--confirm-administrator)" if field == "confirms_administrator" else ""
        problems.append(entry.problem(f"{error}{how}", _FIELDS.get(field, field)))


def _apply_roles(document: Document, problems: list[str], *, actor: Actor, now: datetime) -> None:
    present: Mapping[str, Role] = {role.name_key: role for role in tenant_roles(actor.tenant_id)}
    for entry in document.roles:
        with noted(entry, problems):
            role, given = present.get(key_of(entry.name)), entry.values.get("description")
            if role is None:
                add_role(entry.name, description=given or "", actor=actor, now=now)
            elif (entry.name, given) not in {(role.name, role.description), (role.name, None)}:
                description = role.description if given is None else given
                edit_role(role.pk, name=entry.name, description=description, actor=actor, now=now)


def _apply_apis(document: Document, problems: list[str], *, actor: Actor, now: datetime) -> None:
    present: Mapping[str, Api] = {api.identifier: api for api in tenant_apis(actor.tenant_id)}
    for entry in document.apis:
        with noted(entry, problems):
            api = present.get(entry.values["identifier"])
            draft = _api_draft(entry, api)
            if api is None:
                add_api(draft, actor=actor, now=now)
            elif draft != api_drafts.draft_of(api):
                edit_api(api.pk, draft, expected_version=None, actor=actor, now=now)


def _api_draft(entry: Entry, api: Api | None) -> ApiDraft:
    if api is None and not entry.name:
        raise RuleBroken(_("Enter a name."), field="name")
    was = api_drafts.draft_of(api) if api else ApiDraft(name="", identifier="")
    given = {name: entry.values[name] for name in _TAKES_PART if name in entry.values}
    values = {name: getattr(was, name) for name in _TAKES_PART} | given
    known = {scope.name: scope for scope in was.scopes}
    scopes = was.scopes
    if "scopes" in entry.values:
        scopes = tuple(_scope(one, known) for one in entry.values["scopes"])
    return api_drafts.cleaned(ApiDraft(**values, scopes=scopes))


def _scope(given: str | dict[str, str], known: Mapping[str, ScopeDraft]) -> ScopeDraft:
    if isinstance(given, str):
        return known.get(given, ScopeDraft(name=given))
    name = given["name"]
    was = known.get(name, ScopeDraft(name=name))
    description = given.get("description")
    return ScopeDraft(
        name=name, description=was.description if description is None else description
    )
