"""Drafts of APIs: what a form holds, cleaned and checked before anything is saved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from clients_app import conf
from clients_app.errors import Conflict, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import API_SCOPES_MAX, DESCRIPTION_MAX, SCOPE_DESCRIPTION_MAX
from clients_app.models import Api, ApiScope, IssuedIdentifier
from clients_app.rules.identifiers import clean_identifier, identifier_key
from clients_app.rules.names import check_length, clean_api_name, clean_line, key_of
from clients_app.rules.scopes import clean_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeDraft:
    """A scope of an API as it is typed."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDraft:
    """The fields of Add API and Edit API."""

    name: str
    identifier: str
    description: str = ""
    scopes: tuple[ScopeDraft, ...] = ()


def cleaned(draft: ApiDraft) -> ApiDraft:
    """Return the draft as it is stored, its scopes by name; or raise RuleBroken with the path."""
    scopes = tuple(sorted(map(cleaned_scope, draft.scopes), key=lambda scope: scope.name))
    too_many = _("Enter at most %(maximum)s scopes. There are %(length)s: %(excess)s too many.")
    check_length(scopes, too_many, maximum=API_SCOPES_MAX, field="scopes")
    if len({scope.name for scope in scopes}) < len(scopes):
        raise RuleBroken(_("Enter each scope once."), field="scopes")
    return replace(
        draft,
        name=clean_api_name(draft.name),
        identifier=clean_identifier(draft.identifier),
        description=clean_line(draft.description, maximum=DESCRIPTION_MAX, field="description"),
        scopes=scopes,
    )


def draft_of(api: Api) -> ApiDraft:
    """Return the draft with which Edit API opens."""
    return ApiDraft(
        name=api.name,
        identifier=api.identifier,
        description=api.description,
        scopes=tuple(
            ScopeDraft(name=scope.name, description=scope.description) for scope in api.scopes.all()
        ),
    )


def values_of(draft: ApiDraft) -> dict[str, Any]:
    """Return the values for an audit event."""
    return {
        "name": draft.name,
        "identifier": draft.identifier,
        "description": draft.description,
        "scopes": [
            f"{scope.name}: {scope.description}" if scope.description else scope.name
            for scope in draft.scopes
        ],
    }


def refuse_taken_name(name: str, *, tenant_id: UUID, but: UUID | None = None) -> None:
    """Raise Conflict (name) if another API of the tenant has this name, ignoring case."""
    namesakes = Api.objects.for_tenant(tenant_id).filter(name_key=key_of(name))
    if (namesakes.exclude(pk=but) if but else namesakes).exists():
        sentence = _("There is an API named %(name)s already. Enter another name.")
        raise Conflict(sentence, field="name", name=name)


def claim_identifier(identifier: str, *, tenant_id: UUID, but: UUID | None = None) -> None:
    """Give the tenant this Identifier, and all that look like it, permanently.

    Errors: Conflict (identifier) if another of its APIs has it, and the same for one that belongs
    to the portal or that another tenant has or had. Source: RES-4.
    """
    namesakes = Api.objects.for_tenant(tenant_id).filter(custom_identifier=identifier)
    if (namesakes.exclude(pk=but) if but else namesakes).exists():
        sentence = _("There is an API with this Identifier already. Enter another Identifier.")
        raise Conflict(sentence, field="identifier")
    key = identifier_key(identifier)
    reserved = (conf.token_audience(), conf.public_url(), conf.issuer())
    is_free = key not in map(identifier_key, reserved)
    if is_free:
        claim, _new = IssuedIdentifier.objects.get_or_create(
            key=key, defaults={"tenant_id": tenant_id}
        )
        is_free = claim.tenant_id == tenant_id
    if not is_free:
        sentence = _("Enter another Identifier. This one, or one that looks like it, is reserved.")
        raise Conflict(sentence, field="identifier")


def replace_scopes(api: Api, drafts: Iterable[ScopeDraft]) -> None:
    """Give ``api`` exactly these scopes. Clients lose those that go; the others keep their ids."""
    wanted = {draft.name: draft.description for draft in drafts}
    present = {scope.name: scope.description for scope in api.scopes.all()}
    api.scopes.exclude(name__in=wanted).delete()
    ApiScope.objects.bulk_create(
        (
            ApiScope(api=api, name=name, description=description)
            for name, description in wanted.items()
            if present.get(name) != description
        ),
        update_conflicts=True,
        unique_fields=("api", "name"),
        update_fields=("description",),
    )


def cleaned_scope(draft: ScopeDraft) -> ScopeDraft:
    """Return a scope as it is stored, or raise RuleBroken (scopes)."""
    description = clean_line(draft.description, maximum=SCOPE_DESCRIPTION_MAX, field="scopes")
    return ScopeDraft(name=clean_scope(draft.name), description=description)
