"""Add Client, the first of its two windows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clients_app.errors import Conflict, RuleBroken
from clients_app.http.forms import client_form
from clients_app.http.forms.client_form import (
    APPLICATION_INPUTS,
    LINE_INPUTS,
    URL_INPUTS,
    UrlsField,
)
from clients_app.http.forms.portal_form import input_of
from clients_app.services.clients.drafts import COLUMNS, ClientDraft, check_client_draft
from clients_app.web.forms.roles_picker import RolesPicker


def inputs_of(draft: ClientDraft) -> dict[str, Any]:
    """Return the values of a draft by the names of the inputs, except its roles."""
    return {
        **{input_of(column): getattr(draft, column) for column in COLUMNS},
        **{input_of(kind.path): ["", *draft.urls_of(kind)] for kind in draft.type.url_kinds},
        "token_lifetime": str(draft.token_lifetime_s),
        "tags": ", ".join(draft.tags),
    }


class UrlListField(UrlsField):
    """A list of URLs: the one in the text input first, then those below it; see ``url_lists``."""

    widget = forms.MultipleHiddenInput

    def typed(self, value: Any) -> Iterable[str]:
        """Return the URLs in the order of the list, the one in the text input last."""
        return (*value[1:], *value[:1])


class ClientForm(RolesPicker, client_form.ClientForm):
    """Valid only if ``actor`` could add the client now.

    With ``at_add`` the operation checks that itself: it looks at the one-time form key first, so
    a form that is sent twice does not report its own name as taken.
    """

    urls_field = UrlListField
    several: tuple[str, ...] = ("roles", *URL_INPUTS)

    copy_of = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at_add: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.at_add = at_add

    def clean(self) -> dict[str, Any]:
        """Check the valid fields with the service too, so that all errors show at once."""
        super().clean()
        if "name" in self.cleaned_data and not self.at_add:
            try:
                check_client_draft(self.client_draft(), actor=self.actor)
            except (RuleBroken, Conflict) as error:
                self.add_broken(error)
        return self.cleaned_data

    def fill(self, draft: ClientDraft) -> None:
        """Show the values of ``draft``; Tenant Administrator has to be confirmed again."""
        self.initial.update(inputs_of(draft))
        assignable = getattr(self, "assignable_roles", ())
        self.initial["roles"] = [str(role.pk) for role in assignable if role.pk in draft.role_ids]

    @property
    def lines(self) -> list[BoundField]:
        """Return the fields with a line of text about the client."""
        return [self[name] for name in LINE_INPUTS]

    @property
    def url_lists(self) -> list[BoundField]:
        """Return the fields with lists of URLs."""
        return [self[input_of(kind.path)] for kind in self.client_type.url_kinds]

    @property
    def application_lines(self) -> list[BoundField]:
        """Return the fields with what people see of an application."""
        return [self[name] for name in APPLICATION_INPUTS if name in self.fields]

    @property
    def more(self) -> list[BoundField]:
        """Return the fields under More."""
        switches = ("may_introspect", "may_rotate_own_secrets")
        names = (*APPLICATION_INPUTS, "skips_consent", *LINE_INPUTS, "tags", *switches)
        return [self[name] for name in names if name in self.fields]

    @property
    def shows_more(self) -> bool:
        """Return whether any field under More has a value or an error."""
        return any(field.value() for field in self.more)

    @property
    def client_name(self) -> str:
        """Return the name of the client as it was typed."""
        return self["name"].value() or ""
