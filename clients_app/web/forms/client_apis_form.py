"""Edit APIs: what a client may call."""

from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import EditForm
from clients_app.models import Api, ApiScope, Client
from clients_app.rules.targets import Chosen, chosen_target
from clients_app.selectors.apis.apis import tenant_apis
from clients_app.services.apis.may_call import MayCallDraft, draft_of, reach_of_draft


class Choice(NamedTuple):
    """An API of the picker, with its scopes and whether each is ticked."""

    api: Api
    is_ticked: bool
    scopes: list[tuple[ApiScope, bool]]


class ClientApisForm(EditForm):
    """The APIs of the tenant, with their scopes; the built-in one has no scopes to choose."""

    apis = forms.MultipleChoiceField(
        required=False,
        label=_("APIs"),
        error_messages={
            "invalid_choice": _("Select APIs from the list. One of them is not there any more.")
        },
    )
    scopes = forms.MultipleChoiceField(
        required=False,
        label=_("Scopes"),
        error_messages={
            "invalid_choice": _("Select scopes from the list. One of them is not there any more.")
        },
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
        self.tenant_apis = tenant_apis(client.tenant_id)
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
        fields["scopes"].choices = [
            (str(scope.pk), f"{api.name}: {scope.name}")
            for api in self.tenant_apis
            for scope in api.scopes.all()
        ]
        self.open_with(client)

    def values_of(self, row: Client) -> dict[str, Any]:
        draft = draft_of(row)
        built_in = [str(row.tenant_id)] if draft.built_in else []
        return {
            "apis": built_in + [str(api_id) for api_id in draft.apis],
            "scopes": [
                str(scope.pk)
                for api in self.tenant_apis
                for scope in api.scopes.all()
                if scope.name in draft.apis.get(api.pk, ())
            ],
            "default_api": str(draft.default_api_id or ""),
        }

    def may_call_draft(self) -> MayCallDraft:
        """Return what the client may call, as the services take it."""
        return self._draft(self.cleaned_data)

    @property
    def picked(self) -> list[Choice]:
        """Return the APIs that are ticked."""
        return [one for one in self._choices() if one.is_ticked]

    @property
    def others(self) -> list[Choice]:
        """Return the APIs that are not ticked."""
        return [one for one in self._choices() if not one.is_ticked]

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

    def _choices(self) -> list[Choice]:
        apis, scopes = ({*(self[name].value() or ())} for name in ("apis", "scopes"))
        return [
            Choice(
                api,
                str(api.pk) in apis,
                [(scope, str(scope.pk) in scopes) for scope in api.scopes.all()],
            )
            for api in self.tenant_apis
        ]

    def _draft(self, given: dict[str, Any]) -> MayCallDraft:
        """Return the draft for ids as text; scopes of APIs that are not ticked do not count."""
        apis, scopes = set(given.get("apis") or ()), set(given.get("scopes") or ())
        default = given.get("default_api") or ""
        offered = {str(api.pk): api.pk for api in self.tenant_apis}
        return MayCallDraft(
            built_in=str(self.client.tenant_id) in apis,
            apis={
                api.pk: frozenset(
                    scope.name for scope in api.scopes.all() if str(scope.pk) in scopes
                )
                for api in self.tenant_apis
                if str(api.pk) in apis and not api.is_built_in
            },
            default_api_id=offered.get(default),
        )
