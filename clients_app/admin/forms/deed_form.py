"""A form of a deed; without fields it asks for nothing but the click."""

from typing import Any

from django import forms

from clients_app.browsers.ruled_form import RuledForm


class DeedForm(RuledForm):
    """A form on a page of its own."""


def line(label: Any, **more: Any) -> forms.CharField:
    """Return a field for one line, which the rules look at as it was typed."""
    widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    return forms.CharField(required=False, strip=False, label=label, widget=widget, **more)
