"""The form class of the portal and the admin site, and the fields that apply the rules."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, NamedTuple, Self

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext

from clients_app.errors import Refused, RuleBroken
from clients_app.http.sentences import sentence_of

#: path in a draft -> input of the forms, where the two differ; for all HTML doors
INPUTS: Final = {
    "secret.description": "secret_description",
    "secret.expiration": "expiration",
    "identity.issuer": "issuer",
    "identity.audience": "audience",
    "identity.subject_rule": "subject_rule",
    "identity.claim_rules": "claim_rules",
    "identity.jwks": "jwks",
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
    """Return the name of the input for a field of a draft."""
    return INPUTS.get(path, path)


def form_key_of(sent: Mapping[str, Any]) -> str:
    """Return the one-time key of the form that was sent; a new form gets a new key."""
    return sent_key_of(sent) or secrets.token_urlsafe(18)


def sent_key_of(sent: Mapping[str, Any]) -> str:
    """Return the one-time key of the form that was sent; empty if it has none."""
    key = str(sent.get("form_key", ""))
    return key if _FORM_KEY.fullmatch(key) else ""


class Checkbox(forms.BooleanField):
    """A box to tick or leave."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(required=False, label=label, **more)


class Choices(forms.MultipleChoiceField):
    """Any number of what a form offers; ``gone`` refuses what it does not."""

    def __init__(self, label: Any, gone: Any) -> None:
        errors = {"invalid_choice": gone}
        super().__init__(required=False, label=label, error_messages=errors)


class TextField(forms.CharField):
    """One line of text. ``rule`` takes it as it was typed and returns the value."""

    def __init__(self, label: Any, rule: Callable[[str], Any] = str, **more: Any) -> None:
        super().__init__(label=label, required=False, strip=False, **more)
        self.rule = rule

    def clean(self, value: Any) -> Any:
        """Return what the rule returns; the sentence of a broken rule becomes the error."""
        try:
            return self.rule(super().clean(value))
        except RuleBroken as error:
            raise forms.ValidationError(sentence_of(error)) from error


class VersionField(forms.CharField):
    """The version of the row when the form was opened, hidden; 0 for anything but a version."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)

    def clean(self, value: Any) -> int:
        """Return the version as a number."""
        typed = value or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class Problem(NamedTuple):
    """A line of the error summary, with a link to the field ``field_id``."""

    field_id: str
    label: str
    sentence: str


class PortalForm(forms.Form):
    """Its fields apply the rules; ``add_broken`` adds what a service refused."""

    use_required_attribute = False
    late_fields: ClassVar[tuple[str, ...]] = ()  # names of the fields that ``__init__`` adds
    never_kept: ClassVar[tuple[str, ...]] = ()  # fields into which somebody may paste a secret
    several: tuple[str, ...] = ()  # fields with any number of values

    @classmethod
    def shown(cls, typed: QueryDict, **arguments: Any) -> Self:
        """Return the form as it was typed, unchecked; defaults stay where nothing was sent."""
        form = cls(**arguments)
        for name in form.fields:
            if name in typed:
                form.initial[name] = typed.getlist(name) if name in cls.several else typed[name]
            elif typed and isinstance(form.fields[name], forms.BooleanField):
                form.initial[name] = False  # browsers do not send unticked boxes
            elif typed and name in cls.several:
                form.initial[name] = []
        return form

    def add_broken(self, error: Refused) -> None:
        """Show the error at its field, or above the form; a field keeps its first error."""
        name = input_of(error.field or "")
        if name not in self.fields:
            self.add_error(None, sentence_of(error))
        elif name not in self.errors:
            self.add_error(name, sentence_of(error))

    @property
    def problems(self) -> list[Problem]:
        """Return the lines of the error summary, in the order of the fields."""
        found = [Problem("", "", str(text)) for text in self.errors.get(NON_FIELD_ERRORS, ())]
        for name, field in self.fields.items():
            for sentence in self.errors.get(name, ()):
                field_id = self[name].id_for_label or f"id_{name}"
                found.append(Problem(field_id, str(field.label), str(sentence)))
        return found

    @property
    def first_wrong(self) -> str:
        """Return the name of the first field with an error; it gets the focus."""
        return next((name for name in self.fields if name in self.errors), "")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return what was typed as name and value, for hidden inputs of another form."""
        pairs = []
        for name in self.fields:
            value = self[name].value()
            values = value if isinstance(value, (list, tuple)) else [value]
            pairs += [(name, str(one)) for one in values if one not in (None, False)]
        return pairs


class EditForm(PortalForm):
    """Edits a row; a subclass defines ``values_of``."""

    version = VersionField()

    @classmethod
    def opened(cls, row: Any) -> Self:
        """Return the form with the current values."""
        form = cls()
        form.open_with(row)
        return form

    def open_with(self, row: Any) -> None:
        """Fill the form with the current values."""
        self.initial.update(self.values_of(row), version=str(row.version))

    def values_of(self, row: Any) -> dict[str, Any]:
        """Return the current values of the fields, by name; each form knows its kind of row."""
        raise NotImplementedError("A form that edits rows says which values fill its fields.")

    def show_changes(self, row: Any) -> None:
        """Show the current value at each field where something else was typed.

        The form takes the version of ``row``: sent again, it overwrites these values.
        """
        for name, value in self.values_of(row).items():
            if name in self.fields and not _is_same(value, self[name].value()):
                text = self._as_text(name, value) or "\N{EN DASH}"
                self.add_error(name, gettext("Now: %(value)s") % {"value": text})
        sent: Any = self.data
        self.data = data = sent.copy()
        data["version"] = str(row.version)

    def _as_text(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if not isinstance(value, list):
            return str(value)
        choices: dict[str, str] = dict(getattr(self.fields[name], "choices", ()))
        return ", ".join(str(choices.get(one, one)) for one in value if one)


def _is_same(current: Any, typed: Any) -> bool:
    if isinstance(current, list):
        return set(filter(None, current)) == set(filter(None, typed or ()))
    if isinstance(current, bool):
        return current == bool(typed)
    # browsers send lines with other ends
    return current.splitlines() == str(typed or "").strip().splitlines()
