"""Edit APIs: what a client may call.

A tenant may have 20,000 scopes, so the form reads and offers only those of ticked APIs.
"""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import Choices, EditForm
from clients_app.models import Api, ApiScope, Client
from clients_app.rules.targets import Chosen, chosen_target
from clients_app.selectors.apis.apis import apis_without_scopes, scopes_with
from clients_app.selectors.apis.may_call import rows_of
from clients_app.services.apis.may_call import MayCallDraft, reach_of_draft


class Choice(NamedTuple):
    """An API of the picker; if it is ticked, with its scopes and whether each is ticked."""

    api: Api
    is_ticked: bool
    scopes: list[tuple[ApiScope, bool]]


class ClientApisForm(EditForm):
    """The APIs of the tenant; the built-in one has no scopes to choose."""

    apis = Choices(_("APIs"), _("Select APIs from the list. One of them is not there any more."))
    scopes = Choices(
        _("Scopes"), _("Select scopes from the list. One of them is not there any more.")
    )
    default_api = forms.ChoiceField(
        required=False,
        label=_("Default API"),
        error_messages={"invalid_choice": _("Select a default API from the list.")},
    )
    several = ("apis", "scopes")

    def __init__(self, *args: Any, client: Client, **more: Any) -> None:
        super().__init__(*args, **more)
        self.client = client
        self.tenant_apis = apis_without_scopes(client.tenant_id)
        named = [(str(api.pk), api.name) for api in self.tenant_apis]
        fields: dict[str, Any] = self.fields
        fields["apis"].choices = named
        fields["default_api"].choices = [
            ("", gettext("Not set")),
            *(
                pair
                for pair, api in zip(named, self.tenant_apis, strict=True)
                if not api.is_built_in
            ),
        ]
        self.open_with(client)
        sent: Any = self.data
        known = {*self.initial["scopes"], *(sent.getlist("scopes") if sent else ())}
        fields["scopes"].choices = [
            (str(scope.pk), f"{scope.api.name}: {scope.name}")
            for scope in _scopes(client.tenant_id, known)
        ]

    def values_of(self, row: Client) -> dict[str, Any]:
        rows = rows_of(row)
        built_in = [str(row.tenant_id)] if row.may_call_built_in else []
        return {
            "apis": built_in + [str(one.api_id) for one in rows],
            "scopes": [str(scope.pk) for one in rows for scope in one.scopes.all()],
            "default_api": next((str(one.api_id) for one in rows if one.is_default), ""),
        }

    def may_call_draft(self) -> MayCallDraft:
        """Return what the client may call, as the services take it."""
        return self._draft(self.cleaned_data)

    @property
    def picked(self) -> list[Choice]:
        """Return the APIs that are ticked."""
        scopes = {*(self["scopes"].value() or ())}
        return [
            Choice(api, True, [(scope, str(scope.pk) in scopes) for scope in api.scopes.all()])
            for api in self._ticked(self["apis"].value())
        ]

    @property
    def others(self) -> list[Choice]:
        """Return the APIs that are not ticked."""
        ticked = self._ticked(self["apis"].value())
        return [Choice(api, False, []) for api in self.tenant_apis if api not in ticked]

    @property
    def claims(self) -> list[tuple[str, Chosen | None]]:
        """Return what requests get, by the Identifier that they name; none is the first.

        None stands for a refused request.
        """
        typed = {name: self[name].value() for name in ("apis", "scopes", "default_api")}
        try:
            reach = reach_of_draft(self.client, self._draft(typed))
        except RuleBroken:
            return []
        found: list[tuple[str, Chosen | None]] = []
        for named in ("", *reach.targets):
            try:
                found.append((named, chosen_target(reach, named=named, scope=None)))
            except RuleBroken:
                found.append((named, None))
        return found

    def _ticked(self, ids: Collection[str] | None) -> list[Api]:
        """Return these APIs of the tenant with their scopes."""
        apis = [api for api in self.tenant_apis if str(api.pk) in {*(ids or ())}]
        prefetch_related_objects(apis, "scopes")
        return apis

    def _draft(self, given: dict[str, Any]) -> MayCallDraft:
        """Return the draft for ids as text; scopes of APIs that are not ticked do not count."""
        scopes, default = {*(given.get("scopes") or ())}, given.get("default_api") or ""
        ticked = self._ticked(given.get("apis"))
        return MayCallDraft(
            built_in=any(api.is_built_in for api in ticked),
            apis={
                api.pk: frozenset(
                    scope.name for scope in api.scopes.all() if str(scope.pk) in scopes
                )
                for api in ticked
                if not api.is_built_in
            },
            default_api_id=next(
                (one.pk for one in self.tenant_apis if str(one.pk) == default), None
            ),
        )


def _scopes(tenant_id: UUID, ids: Collection[str]) -> QuerySet[ApiScope]:
    numbers = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < 19]
    return scopes_with(tenant_id, numbers)
