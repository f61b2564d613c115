"""What the models with texts share: checks of their columns, and names that ignore case."""

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


class Named(models.Model):
    """Keeps ``name_key``, by which names are found and unique whatever their case."""

    name: Any
    name_key: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = key_of(self.name)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)
