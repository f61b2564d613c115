"""Fields that hold any number of URLs: one that is typed, and those that are listed below it.

Each listed URL is a hidden input of the field's name; "+" lists what is typed, a cross takes one
away. Both send the form and bring it back with one more or one less, with JavaScript or without.
"""

from typing import Final

from django.http import QueryDict

from clients_app.http.forms.client_form import URL_INPUTS

_STEPS: Final = ("add_url", "remove_url")


def is_url_step(typed: QueryDict) -> bool:
    """Tell whether the form was sent by a "+" or a cross."""
    return any(name in typed for name in _STEPS)


def after_url_step(typed: QueryDict) -> QueryDict:
    """Return what was sent with one URL more or less, as the "+" or the cross asks."""
    moved = typed.copy()
    for step in _STEPS:
        name, _, place = moved.get(step, "").partition(":")
        if name in URL_INPUTS:
            values = moved.getlist(name) or [""]
            if step == "add_url" and values[0].strip():
                values = ["", *values[1:], values[0].strip()]
            elif step == "remove_url" and place.isdecimal() and len(place) < 4:
                del values[int(place) + 1 : int(place) + 2]
            moved.setlist(name, values)
        moved.pop(step, None)
    return moved
