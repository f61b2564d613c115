"""The parameters in the query string of the REST API: their names ignore case, unknown ones are
refused, and each is checked before anything is read."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from clients_app.api.errors import Refusal
from clients_app.rules.client_ids import parse_client_id

T = TypeVar("T")

COUNT_DEFAULT: Final = 100
COUNT_MAX: Final = 1000
_SKIP_MAX: Final = 1_000_000_000
VALUE_MAX: Final = 300  # characters of a value
_VALUES_MAX: Final = 1000  # of one parameter


class Parameters:
    """The query string of a request that may have the parameters ``known``."""

    def __init__(self, request: Request, known: Iterable[str]) -> None:
        names = {name.lower(): name for name in known}
        self._values: dict[str, list[str]] = {}
        for sent, values in request.query_params.lists():
            name = names.get(sent.lower())
            if name is None:
                raise Refusal(400, "There is no such parameter.", prop=sent[:100])
            if any(len(value) > VALUE_MAX for value in values) or len(values) > _VALUES_MAX:
                raise Refusal(400, "This value is too long.", prop=name)
            if any("\0" in value for value in values):
                raise Refusal(400, "Send text without the character NUL.", prop=name)
            found = self._values.setdefault(name, [])
            found += [value for value in map(str.strip, values) if value]

    def has(self, name: str) -> bool:
        """Return whether the parameter was sent, even without a value."""
        return name in self._values

    def several(self, name: str) -> list[str]:
        """Return the values of a parameter that may be repeated; empty ones do not count."""
        return self._values.get(name, [])

    def text(self, name: str) -> str:
        """Return the value of a parameter, "" if it is not there."""
        values = self.several(name)
        if len(values) > 1:
            raise Refusal(400, "Send this parameter once.", prop=name)
        return values[0] if values else ""

    def number(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """Return a whole number from ``minimum`` to ``maximum``."""
        text = self.text(name)
        if not text:
            return default
        is_number = text.isascii() and text.isdecimal() and len(text) <= 10
        if not is_number or not minimum <= int(text) <= maximum:
            sentence = f"Send a whole number from {minimum} to {maximum}."
            raise Refusal(400, sentence, prop=name)
        return int(text)

    def ids(self, name: str) -> list[UUID]:
        """Return the ids in a repeated parameter; what is no id fits nothing, as an unknown one."""
        found = (parse_client_id(text) for text in self.several(name))
        return [one for one in found if one is not None]

    def one_of(self, name: str, read: Callable[[str], T], choices: Iterable[Any]) -> T | None:
        """Return the value as ``read`` understands it, None if it is not there."""
        text = self.text(name)
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, KeyError):
            sentence = f"Send one of {', '.join(filter(None, map(str, choices)))}."
            raise Refusal(400, sentence, prop=name) from None

    def choice(self, name: str, choices: Iterable[str]) -> str:
        """Return one of the ``choices``, "" if the parameter is not there."""
        return self.one_of(name, {one: one for one in choices}.__getitem__, choices) or ""

    def moment(self, name: str) -> datetime | None:
        """Return a date and time with any offset, in UTC; without an offset, it is UTC."""
        text = self.text(name)
        if not text:
            return None
        try:
            found = parse_datetime(text.replace(" ", "+"))  # a plus that was not escaped
            if found is None:
                raise ValueError(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            sentence = "Send a date and time such as 2027-11-23T10:15:00Z."
            raise Refusal(400, sentence, prop=name) from None

    def guid(self, name: str) -> UUID | None:
        """Return an id."""
        text = self.text(name)
        if text and parse_client_id(text) is None:
            raise Refusal(400, "Send a GUID.", prop=name)
        return parse_client_id(text) if text else None

    def page(self) -> tuple[int, int]:
        """Return ``skip`` and ``count``."""
        count = self.number("count", COUNT_DEFAULT, 1, COUNT_MAX)
        return self.number("skip", 0, 0, _SKIP_MAX), count


def none_but(request: Request, *known: str) -> Parameters:
    """Return the parameters, or raise the error for one that is not ``known``."""
    return Parameters(request, known)
