"""What the models have in common whose rows link two others."""

from collections.abc import Callable
from typing import TypeVar

from django.db import models
from django.db.models import UniqueConstraint

Model = TypeVar("Model", bound=type[models.Model])


class Pair(models.Model):
    """A row that links two others, of which no two rows link the same: see ``unique_pair``."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ": ".join(str(getattr(self, name)) for name in _names(type(self)))


def unique_pair(name: str) -> Callable[[Model], Model]:
    """Add the constraint ``name``: no two rows have the same first two foreign keys."""

    def add(model: Model) -> Model:
        options = model._meta
        constraint = UniqueConstraint(fields=_names(model), name=name)
        options.constraints = [constraint, *options.constraints]
        options.original_attrs["constraints"] = options.constraints  # for migrations
        return model

    return add


def _names(model: type[models.Model]) -> tuple[str, ...]:
    keys = (field for field in model._meta.local_fields if isinstance(field, models.ForeignKey))
    return tuple(key.name for key in keys)[:2]
