"""Fields with any number of URLs: a text input, and the list of added URLs below it.

Each added URL is a hidden input with the name of the field. "+" adds the typed URL, and a cross
removes one. Both send the form, which comes back with one more or one less, with or without
JavaScript.
"""

from typing import Final

from django.http import QueryDict

from clients_app.http.forms.client_form import URL_INPUTS

_STEPS: Final = ("add_url", "remove_url")


def is_url_step(typed: QueryDict) -> bool:
    """Return whether a "+" or a cross sent the form."""
    return any(name in typed for name in _STEPS)


def after_url_step(typed: QueryDict) -> QueryDict:
    """Return the fields with the URL added or removed."""
    changed = typed.copy()
    for step in _STEPS:
        name, _, place = changed.get(step, "").partition(":")
        if name in URL_INPUTS:
            values = changed.getlist(name) or [""]
            if step == "add_url" and values[0].strip():
                values = ["", *values[1:], values[0].strip()]
            elif step == "remove_url" and place.isdecimal() and len(place) < 4:
                del values[int(place) + 1 : int(place) + 2]
            changed.setlist(name, values)
        changed.pop(step, None)
    return changed
