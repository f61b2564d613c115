"""That no text is longer than its column says: PostgreSQL keeps it by itself, SQLite does not."""

from typing import TypeVar

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

Model = TypeVar("Model", bound=type[models.Model])


def keeps_lengths(model: Model) -> Model:
    """Give ``model`` one constraint more: each text is at most as long as its ``max_length``."""
    options = model._meta
    texts = [field for field in options.local_fields if isinstance(field, models.CharField)]
    fits = [LessThanOrEqual(Length(text.attname), text.max_length) for text in texts]
    options.constraints = [
        *options.constraints,
        models.CheckConstraint(condition=models.Q(*fits), name=f"{options.model_name}_lengths"),
    ]
    options.original_attrs["constraints"] = options.constraints  # else migrations do not see it
    return model
