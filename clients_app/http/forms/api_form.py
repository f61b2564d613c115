"""Add API and Edit API."""

from functools import partial
from typing import Any

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
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft, cleaned_scope, draft_of


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
