"""A form of a deed: what a rule or a service refuses stands beside its field."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django import forms
from django.utils.translation import gettext

from clients_app.errors import Conflict, PortalError, RuleBroken

Value = TypeVar("Value")
_FORM_KEY: Final = re.compile("[A-Za-z0-9_-]{16,64}")


class DeedForm(forms.Form):
    """Its ``clean_...`` methods ask the rules by ``obey``."""

    use_required_attribute = False

    def obey(self, rule: Callable[[str], Value], name: str) -> Value:
        """Return what ``rule`` makes of the field; its sentence goes beside it."""
        try:
            return rule(self.cleaned_data[name])
        except RuleBroken as error:
            raise forms.ValidationError(sentence_of(error)) from error

    def add_broken(self, error: RuleBroken | Conflict) -> None:
        """Put what a service refused beside its field, else above the form."""
        name = error.field if error.field in self.fields else None
        self.add_error(name, sentence_of(error))


def line(label: Any, **more: Any) -> forms.CharField:
    """Return a field for one line, which the rules look at as it was typed."""
    widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    return forms.CharField(required=False, strip=False, label=label, widget=widget, **more)


def form_key_of(body: Mapping[str, str]) -> str:
    """Return the one-time key that the form was made with; a new form gets a new one."""
    key = body.get("form_key", "")
    return key if _FORM_KEY.fullmatch(key) else secrets.token_urlsafe(18)


def sentence_of(error: PortalError) -> str:
    """Return the sentence of an error, with its values filled in."""
    sentence = gettext(error.sentence)
    return sentence % error.values if error.values else sentence
