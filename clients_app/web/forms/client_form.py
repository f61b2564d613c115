"""Add Client, the first of its two windows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clients_app.errors import Conflict, RuleBroken
from clients_app.http.forms import client_form
from clients_app.http.forms.client_form import URL_INPUTS, UrlsField
from clients_app.http.ruled_form import input_of
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_types import CLIENT_CREDENTIALS, ClientType
from clients_app.services.clients.drafts import check_client_draft
from clients_app.web.forms.window_form import WindowForm


class UrlListField(UrlsField):
    """Its value is a list: what is typed first, then what is listed; see ``url_lists``."""

    widget = forms.MultipleHiddenInput

    def typed(self, value: Any) -> Iterable[str]:
        """Return the URLs in the order of the list, the typed one last."""
        return (*value[1:], *value[:1])


class ClientForm(client_form.ClientForm, WindowForm):
    """Valid only for an ``actor`` who could add the client now.

    ``at_add`` leaves what only the service can tell to the operation itself: it looks at the
    one-time form key first, so that a form sent twice does not say that its name is taken.
    """

    urls_field = UrlListField
    several: tuple[str, ...] = ("roles", *URL_INPUTS)

    def __init__(
        self,
        *args: Any,
        client_type: ClientType = CLIENT_CREDENTIALS,
        at_add: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, client_type=client_type, **more)
        self.at_add = at_add

    def clean(self) -> dict[str, Any]:
        """Ask the service too, with what is right so far: two things wrong are two problems."""
        super().clean()
        if "name" in self.cleaned_data and not self.at_add:
            try:
                check_client_draft(self.client_draft(), actor=self.actor)
            except (RuleBroken, Conflict) as error:
                self.add_broken(error)
        return self.cleaned_data

    @property
    def lines(self) -> list[BoundField]:
        """Return the fields that are a line of text about the client."""
        return [self[one.name] for one in LINES]

    @property
    def url_lists(self) -> list[BoundField]:
        """Return the fields that are lists of URLs."""
        return [self[input_of(kind.path)] for kind in self.client_type.url_kinds]

    @property
    def more(self) -> list[BoundField]:
        """Return the fields under More."""
        names = (*(one.name for one in LINES), "tags", "may_introspect")
        return [self[name] for name in names if name in self.fields]

    @property
    def chosen(self) -> list[str]:
        """Return the ids of the roles that are ticked."""
        return list(self["roles"].value() or [])

    @property
    def called(self) -> str:
        """Return the name of the client, as far as it is typed."""
        return self["name"].value() or ""

    @property
    def shows_more(self) -> bool:
        """Tell whether the fields under More hold anything, or something wrong."""
        return any(field.value() for field in self.more)
