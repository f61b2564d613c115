"""What the models with texts share: checks of their columns, and keys that ignore case."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from clients_app.rules.names import key_of

Model = TypeVar("Model", bound=type[models.Model])


def checks_texts(model: Model) -> Model:
    """Add constraints: no text exceeds its ``max_length``, no name is empty, choices are known.

    PostgreSQL checks lengths itself, SQLite does not.
    """
    options, table = model._meta, model._meta.model_name
    texts = [field for field in options.local_fields if isinstance(field, models.CharField)]
    fits = [LessThanOrEqual(Length(text.attname), text.max_length) for text in texts]
    checks = [CheckConstraint(condition=Q(*fits), name=f"{table}_lengths")]
    for text in texts:
        if text.choices:
            known = Q(**{f"{text.name}__in": [value for value, _ in text.flatchoices]})
            checks.append(CheckConstraint(condition=known, name=f"{table}_{text.name}_known"))
        if text.name in {"name", "username"} and not text.blank:
            empty = Q(**{text.name: ""})
            checks.append(CheckConstraint(condition=~empty, name=f"{table}_{text.name}_not_empty"))
    options.constraints = [*options.constraints, *checks]
    options.original_attrs["constraints"] = options.constraints  # for migrations
    return model


class Keyed(models.Model):
    """Keeps the key of each field with a column ``<field>_key``: ``key_of`` its text.

    By their keys, texts are found and unique whatever their case; SQLite ignores it only in ASCII.
    """

    name: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        columns = {column.name: column for column in self._meta.concrete_fields}
        keys = {name: f"{name}_key" for name in columns if f"{name}_key" in columns}
        for name, key in keys.items():
            text = getattr(self, name)
            setattr(self, key, None if columns[key].null and not text else key_of(text))
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *(keys[name] for name in fields if name in keys)}
        super().save(*args, **kwargs)
