"""Properties of the API's models. A value of a wrong type is refused and never converted; null
means the same as a property that is absent."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from rest_framework import serializers

from clients_app.api.errors import Refusal
from clients_app.rules.client_ids import parse_client_id

_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_LIST_MAX: Final = 1000


class _Optional(serializers.Field):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **more})


class Text(_Optional, serializers.CharField):
    """A string."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False, **more})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            raise serializers.ValidationError("Send a string.")
        return data if isinstance(data, str) else super().run_validation(data)


class Guid(Text):
    """An id."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if text is None:
            return None
        found: UUID | None = parse_client_id(text)
        if found is None:
            raise serializers.ValidationError("Send a GUID.")
        return found


class Flag(_Optional, serializers.BooleanField):
    """True or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.")
        return data


class Whole(_Optional, serializers.IntegerField):
    """A whole number."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is float and data.is_integer():
            return int(data)  # JSON has one kind of numbers
        if type(data) is not int:
            raise serializers.ValidationError("Send a whole number.")
        return data


class Moment(_Optional, serializers.DateTimeField):
    """A date and time in ISO 8601 with any offset; without one, in UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            if not isinstance(value, str) or not _MOMENT.fullmatch(value):
                raise ValueError
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            sentence = "Send a date and time such as 2027-11-23T10:15:00Z."
            raise serializers.ValidationError(sentence) from None


class Several(_Optional, serializers.ListField):
    """A list of values, without null."""

    def __init__(self, child: serializers.Field, **more: Any) -> None:
        child.allow_null, child.required = False, True
        super().__init__(child=child, **{"max_length": _LIST_MAX, **more})

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Send a list.")
        if len(data) > _LIST_MAX:
            raise serializers.ValidationError(f"Send at most {_LIST_MAX} values.")
        if None in data:
            raise serializers.ValidationError("Send no null in a list.")
        return [self.child.run_validation(one) for one in data]


class Texts(_Optional):
    """An object whose values are strings."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Send a JSON object.")
        for name, value in data.items():
            if not isinstance(value, str):
                raise serializers.ValidationError({name[:100]: "Send a string."})
        return data


class Json(_Optional):
    """An object, or a string; ``sentence`` refuses anything else."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__()
        self.sentence = sentence

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (dict, str)):
            raise serializers.ValidationError(self.sentence)
        return data


class Inner(_Optional):
    """A new thing of a ``model`` within another; ``body`` is the name of its schema."""

    def __init__(self, model: type["Model"], body: str) -> None:
        super().__init__()
        self.model, self.body = model, body

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            return values_from(self.model, data, current=None)
        except Refusal as error:
            detail = {error.prop: error.reason} if error.prop else error.reason
            raise serializers.ValidationError(detail) from None


class Model(serializers.Serializer):
    """A model that a body holds; ``fixed`` are the properties that no request changes, and
    ``moving`` those that change by themselves, so that a request may repeat any value of them."""

    fixed: ClassVar[tuple[str, ...]] = ()
    moving: ClassVar[Mapping[str, serializers.Field]] = MappingProxyType({})

    def to_internal_value(self, data: Any) -> Any:
        """Return the properties; refuse those that the model does not have."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("Send a JSON object.")
        for name in data:
            if name not in self.fields and name not in (*self.fixed, *self.moving):
                raise Refusal(400, "There is no such property.", prop=name[:100])
        for name, field in self.moving.items():
            try:
                field.run_validation(data.get(name))
            except serializers.ValidationError as error:
                raise serializers.ValidationError({name: error.detail}) from None
        return super().to_internal_value(data)


def values_from(model: type[Model], data: Any, *, current: dict[str, Any] | None) -> dict[str, Any]:
    """Return the properties that a body sets; null sets none.

    ``current`` is the model as GET shows it, whose fixed properties may be repeated; None on
    create, where they can only be null.
    Errors: 400 that names the property.
    """
    if not isinstance(data, dict):
        raise Refusal(400, "Send a JSON object.")
    serializer = model(data=data)
    serializer.is_valid(raise_exception=True)
    for name in model.fixed:
        sent = data.get(name)
        if sent is not None and (current is None or not _same(sent, current.get(name))):
            raise Refusal(400, "This property cannot be set.", prop=name)
    values: dict[str, Any] = serializer.validated_data
    return {name: value for name, value in values.items() if value is not None}


def repeats(data: Any, current: dict[str, Any]) -> bool:
    """Return whether a body sets nothing but what GET shows, so that even what nobody can edit
    accepts it."""
    return all(value is None or value == current.get(name) for name, value in data.items())


def _same(sent: Any, now: Any) -> bool:
    if isinstance(sent, str) and isinstance(now, str):
        if _MOMENT.fullmatch(sent) and _MOMENT.fullmatch(now):
            return Moment().run_validation(sent) == Moment().run_validation(now)
        return sent.lower() == now.lower()
    return type(sent) is type(now) and bool(sent == now)
