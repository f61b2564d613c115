"""Fields that hold any number of URLs: one that is typed, and those that are listed below it.

Each listed URL is a hidden input of the field's name; "+" lists what is typed, a cross takes one
away. Both send the form and bring it back with one more or one less, with JavaScript or without.
"""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.http import QueryDict

from clients_app.errors import RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.rules.redirect_uris import check_url_count

URL_FIELDS: Final = ("redirect_uris", "post_logout_redirect_uris", "allowed_cors_origins")
SAID_MAX: Final = 60  # characters of a wrong URL that its sentence repeats
_STEPS: Final = ("add_url", "remove_url")


def url_list(label: Any) -> forms.Field:
    """Return a field whose value is a list: what is typed first, then what is listed."""
    return forms.Field(required=False, label=label, widget=forms.MultipleHiddenInput)


def is_url_step(typed: QueryDict) -> bool:
    """Tell whether the form was sent by a "+" or a cross."""
    return any(name in typed for name in _STEPS)


def after_url_step(typed: QueryDict) -> QueryDict:
    """Return what was sent with one URL more or less, as the "+" or the cross asks."""
    moved = typed.copy()
    for step in _STEPS:
        name, _, place = moved.get(step, "").partition(":")
        if name in URL_FIELDS:
            values = moved.getlist(name) or [""]
            if step == "add_url" and values[0].strip():
                values = ["", *values[1:], values[0].strip()]
            elif step == "remove_url" and place.isdecimal() and len(place) < 4:
                del values[int(place) + 1 : int(place) + 2]
            moved.setlist(name, values)
        moved.pop(step, None)
    return moved


def cleaned_urls(values: list[str], rule: Callable[[str], str], *, field: str) -> tuple[str, ...]:
    """Return what ``rule`` makes of each URL, in the order of the list, what is typed last.

    Errors: ValidationError that names the first one that breaks the rule, or says that
    ``field`` holds too few or too many.
    """
    cleaned = []
    for url in [*values[1:], *values[:1]]:
        if not url.strip():
            continue
        try:
            cleaned.append(rule(url))
        except RuleBroken as error:
            said = url if len(url) <= SAID_MAX else f"{url[:SAID_MAX]}…"
            raise forms.ValidationError(f"{said}: {sentence_of(error)}") from error
    urls = tuple(dict.fromkeys(cleaned))
    try:
        check_url_count(urls, field=field)
    except RuleBroken as error:
        raise forms.ValidationError(sentence_of(error)) from error
    return urls
