"""A form that asks the rules: what a rule or a service refuses stands beside its field."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final, TypeVar

from django import forms

from clients_app.errors import Conflict, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.rules.rotation import parse_old_end

Value = TypeVar("Value")
_FORM_KEY: Final = re.compile("[A-Za-z0-9_-]{16,64}")


def form_key_of(sent: Mapping[str, Any]) -> str:
    """Return the one-time key that the form was made with; a new form gets a new one."""
    key = str(sent.get("form_key", ""))
    return key if _FORM_KEY.fullmatch(key) else secrets.token_urlsafe(18)


class RuledForm(forms.Form):
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

    def read_old_end(
        self, cleaned: dict[str, Any], *, zone: tzinfo, now: datetime
    ) -> dict[str, Any]:
        """Return ``old_ends_at``, when the old secret ends, from the fields ``old`` and
        ``old_end``; nothing where they do not say."""
        try:
            ends_at = parse_old_end(
                cleaned.get("old", ""), cleaned.get("old_end", ""), zone=zone, now=now
            )
        except RuleBroken as error:
            if not self.has_error("old"):
                self.add_broken(error)
            return {}
        return {"old_ends_at": ends_at}
