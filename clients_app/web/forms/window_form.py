"""A form of a window: asks the rules, keeps what was typed, is carried through two steps."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext

from clients_app.http.ruled_form import RuledForm
from clients_app.identity.kept_forms import Fields


def line(label: Any) -> forms.CharField:
    """Return a field for one line, which the rules look at as it was typed."""
    return forms.CharField(required=False, strip=False, label=label)


def stamp_field() -> forms.CharField:
    """Return the hidden field of a form that edits: what it was made of, to notice a change."""
    return forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


class Problem(NamedTuple):
    """A line of the summary; ``field_id`` is what its link leads to."""

    field_id: str
    label: str
    sentence: str


class WindowForm(RuledForm):
    """A form in a window of a page."""

    several: tuple[str, ...] = ()  # fields with any number of values

    @classmethod
    def shown(cls, typed: QueryDict, **made_of: Any) -> Any:
        """Return the form as it was left, unchecked: a defaulted field that was not sent stays."""
        form = cls(**made_of)
        for name in form.fields:
            if name in typed:
                several = name in cls.several
                form.initial[name] = typed.getlist(name) if several else typed[name]
            elif typed and isinstance(form.fields[name], forms.BooleanField):
                form.initial[name] = False  # unticked boxes are not sent
            elif typed and name in cls.several:
                form.initial[name] = []
        return form

    def tell_apart(self, held: dict[str, Any]) -> None:
        """Say beside each field what someone else made of it, where that is not what was typed.

        ``held`` are the values as the form would open with them now.
        """
        for name, value in held.items():
            if name in self.fields and not _same(value, self[name].value()):
                said = self.in_words(name, value) or "\N{EN DASH}"
                self.add_error(name, gettext("Now: %(value)s") % {"value": said})

    def in_words(self, name: str, value: Any) -> str:
        """Return a value of a field as a person reads it."""
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if not isinstance(value, list):
            return str(value)
        choices: dict[str, str] = dict(getattr(self.fields[name], "choices", ()))
        return ", ".join(str(choices.get(one, one)) for one in value if one)

    def hold(self, name: str, value: str) -> None:
        """Let the field say ``value`` instead of what was sent."""
        data: Any = self.data
        self.data = held = data.copy()
        held[name] = value

    @property
    def problems(self) -> list[Problem]:
        """Return the lines of the summary, in the order of the fields."""
        found = []
        for name in [NON_FIELD_ERRORS, *self.fields]:
            for sentence in self.errors.get(name, []) if self.is_bound else []:
                own = name in self.fields
                field_id = self[name].id_for_label or f"id_{name}" if own else ""
                label = str(self.fields[name].label) if own else ""
                found.append(Problem(field_id, label, str(sentence)))
        return found

    @property
    def first_wrong(self) -> str:
        """Return the name of the field that gets the focus."""
        wrong = [name for name in self.fields if self.is_bound and name in self.errors]
        return wrong[0] if wrong else ""

    @property
    def hidden(self) -> Fields:
        """Return what was typed, to be carried through the other step."""
        pairs: Fields = []
        for name in self.fields:
            value = self[name].value()
            values = value if isinstance(value, (list, tuple)) else [value]
            pairs += [(name, str(one)) for one in values if one not in (None, False)]
        return pairs


def _same(held: Any, typed: Any) -> bool:
    if isinstance(held, list):
        return {one for one in held if one} == {one for one in typed or () if one}
    if isinstance(held, bool):
        return held == bool(typed)
    return held == str(typed or "").strip()
