"""A form of a deed; without fields it asks for nothing but the click."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from clients_app.http.ruled_form import RuledForm
from clients_app.identity.kept_forms import BACK


class DeedForm(RuledForm):
    """A form on a page of its own; the deed is done where it is valid."""

    def is_valid(self) -> bool:
        """Return False also where the form was sent only to be shown filled."""
        return BACK not in self.data and super().is_valid()


def data_of(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, for a form of a deed; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def line(label: Any, **more: Any) -> forms.CharField:
    """Return a field for one line, which the rules look at as it was typed."""
    widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    return forms.CharField(required=False, strip=False, label=label, widget=widget, **more)
