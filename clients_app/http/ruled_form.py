"""A form that asks the rules: what a rule or a service refuses stands beside its field."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext

from clients_app.errors import Refused, RuleBroken
from clients_app.http.sentences import sentence_of

#: path in a draft -> input of the forms, where the two differ; for all HTML doors
INPUTS: Final = {
    "secret.description": "secret_description",
    "secret.expiration": "expiration",
    "logout_uris": "post_logout_redirect_uris",
    "cors_origins": "allowed_cors_origins",
    "allow_refresh_token": "allow_offline_access",
    "confirms_administrator": "confirm_admin",
    "old_ends": "old",
    "old_ends_at": "old_end",
    "confirms_ends": "confirm",
    "typed_name": "confirm",
}
_FORM_KEY: Final = re.compile("[A-Za-z0-9_-]{16,64}")


def input_of(path: str) -> str:
    """Return the name of the input that holds a field of a draft."""
    return INPUTS.get(path, path)


def form_key_of(sent: Mapping[str, Any]) -> str:
    """Return the one-time key that the form was made with; a new form gets a new one."""
    key = str(sent.get("form_key", ""))
    return key if _FORM_KEY.fullmatch(key) else secrets.token_urlsafe(18)


class LineField(forms.CharField):
    """One line, which ``rule`` looks at as it was typed, and makes the value of."""

    def __init__(self, *, rule: Callable[[str], Any], **more: Any) -> None:
        super().__init__(required=False, strip=False, **more)
        self.rule = rule

    def clean(self, value: Any) -> Any:
        """Return what the rule makes of the text; its sentence becomes the field's error."""
        try:
            return self.rule(super().clean(value))
        except RuleBroken as error:
            raise forms.ValidationError(sentence_of(error)) from error


def line(label: Any, rule: Callable[[str], Any] = str, **more: Any) -> LineField:
    """Return a field for one line."""
    return LineField(label=label, rule=rule, **more)


class VersionField(forms.CharField):
    """The version of the row that the form was opened with, hidden; 0 for none that ever was."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)

    def clean(self, value: Any) -> int:
        """Return the version as a number."""
        typed = value or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class RuledForm(forms.Form):
    """Fields ask the rules; what else is refused comes by ``add_broken``."""

    use_required_attribute = False
    late_fields: ClassVar[tuple[str, ...]] = ()  # names of those that ``__init__`` adds

    def add_broken(self, error: Refused) -> None:
        """Put what a rule or service refused beside its field, else above the form.

        A field that has an error already keeps that one alone.
        """
        name = input_of(error.field or "")
        if name not in self.fields:
            self.add_error(None, sentence_of(error))
        elif name not in self.errors:
            self.add_error(name, sentence_of(error))

    def tell_apart(self, held: dict[str, Any], *, version: int) -> None:
        """Say beside each field what someone else made of it, where that is not what was typed.

        ``held`` are the values as the form would open with them now. The form then holds their
        ``version``: sent again, what is typed is meant.
        """
        for name, value in held.items():
            if name in self.fields and not _same(value, self[name].value()):
                said = self._in_words(name, value) or "\N{EN DASH}"
                self.add_error(name, gettext("Now: %(value)s") % {"value": said})
        data: Any = self.data
        self.data = now = data.copy()
        now["version"] = str(version)

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if not isinstance(value, list):
            return str(value)
        choices: dict[str, str] = dict(getattr(self.fields[name], "choices", ()))
        return ", ".join(str(choices.get(one, one)) for one in value if one)


def _same(held: Any, typed: Any) -> bool:
    if isinstance(held, list):
        return {one for one in held if one} == {one for one in typed or () if one}
    if isinstance(held, bool):
        return held == bool(typed)
    return held == str(typed or "").strip()
