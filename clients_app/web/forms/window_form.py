"""A form of a window: keeps what was typed, and is carried through two steps."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict

from clients_app.http.ruled_form import RuledForm
from clients_app.identity.kept_forms import Fields


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
