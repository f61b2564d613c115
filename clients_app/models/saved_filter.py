"""A list of clients that a person comes back to, by the query of its address."""

from typing import Any

from django.db import models

from clients_app import limits
from clients_app.models.lengths import keeps_lengths
from clients_app.models.person import Person
from clients_app.rules.names import key_of


@keeps_lengths
class SavedFilter(models.Model):
    """``query`` is what the address of the list says: type, filter, state, role and order."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=limits.SAVED_FILTER_NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.SAVED_FILTER_NAME_MAX, editable=False)
    query = models.CharField(max_length=limits.SAVED_FILTER_QUERY_MAX)

    class Meta:
        ordering = ("name_key",)
        constraints = (
            models.UniqueConstraint(fields=("person", "name_key"), name="saved_filter_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = key_of(self.name)
        super().save(*args, **kwargs)
