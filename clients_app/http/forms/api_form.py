"""Add API and Edit API."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import EditForm, PortalForm, TextField
from clients_app.http.sentences import sentence_of
from clients_app.limits import DESCRIPTION_MAX
from clients_app.models import Api
from clients_app.rules.identifiers import clean_identifier
from clients_app.rules.names import clean_api_name, clean_line
from clients_app.selectors.clients.lookup import clients_called
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft, cleaned_scope, draft_of

_LINES_MAX: Final = 100  # far more clients than may ask


class ScopesField(forms.CharField):
    """Scopes, one in each line, each with its description after a space."""

    widget = forms.Textarea

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, strip=False)

    def clean(self, value: Any) -> tuple[ScopeDraft, ...]:
        """Return the scopes; the error names the first line that breaks a rule."""
        scopes = []
        for number, line in enumerate(super().clean(value).splitlines(), start=1):
            name, *description = line.split(maxsplit=1)[:2] if line.strip() else [""]
            if not name:
                continue
            try:
                draft = ScopeDraft(name=name, description="".join(description))
                scopes.append(cleaned_scope(draft))
            except RuleBroken as error:
                words = {"n": number, "sentence": sentence_of(error)}
                raise forms.ValidationError(gettext("Line %(n)s: %(sentence)s") % words) from error
        return tuple(scopes)


class ApiForm(PortalForm):
    """A new API."""

    name = TextField(_("Name"), clean_api_name)
    identifier = TextField(_("Identifier"), clean_identifier)
    description = TextField(
        _("Description"), partial(clean_line, maximum=DESCRIPTION_MAX, field="description")
    )
    scopes = ScopesField(_("Scopes"))

    def api_draft(self) -> ApiDraft:
        """Return the API as the services take it."""
        names = ("name", "identifier", "description", "scopes")
        return ApiDraft(**{name: self.cleaned_data[name] for name in names})


class ApiEditForm(EditForm, ApiForm):
    """An existing API that the tenant added."""

    def __init__(self, *args: Any, api: Api, **more: Any) -> None:
        super().__init__(*args, **more)
        self.open_with(api)

    def values_of(self, row: Api) -> dict[str, Any]:
        draft = draft_of(row)
        lines = (f"{scope.name} {scope.description}".strip() for scope in draft.scopes)
        return {
            "name": draft.name,
            "identifier": draft.identifier,
            "description": draft.description,
            "scopes": "\r\n".join(lines),  # as browsers send them
        }


class IntrospectorsForm(EditForm):
    """The clients that may ask about the tokens of an API, one in each line, by name or id."""

    introspectors = forms.CharField(
        required=False, strip=False, label=_("Clients"), widget=forms.Textarea
    )

    def __init__(self, *args: Any, api: Api, **more: Any) -> None:
        super().__init__(*args, **more)
        self.api = api
        self.open_with(api)

    def clean_introspectors(self) -> frozenset[UUID]:
        """Return the ids of the clients; the error names the first line that is none."""
        lines = [line.strip() for line in self.cleaned_data["introspectors"].splitlines()]
        if len(lines) > _LINES_MAX:
            raise forms.ValidationError(gettext("Enter fewer lines."))
        clients = clients_called(self.api.tenant_id, set(filter(None, lines)))
        for number, line in enumerate(lines, start=1):
            if line and line not in clients:
                sentence = gettext("Line %(n)s: there is no client with this name or Client Id.")
                raise forms.ValidationError(sentence % {"n": number})
        return frozenset(client.pk for client in clients.values())

    def values_of(self, row: Api) -> dict[str, Any]:
        clients = row.introspectors.filter(removed_at=None).order_by("name_key")
        return {"introspectors": "\r\n".join(clients.values_list("name", flat=True))}
