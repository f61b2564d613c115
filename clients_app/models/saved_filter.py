"""A list of clients that a person saved, as the query of its URL."""

from django.db import models

from clients_app import limits
from clients_app.models.person import Person
from clients_app.models.texts import Keyed, checks_texts


@checks_texts
class SavedFilter(Keyed):
    """``query`` holds the type, filter, state, role and order of the list."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=limits.SAVED_FILTER_NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.SAVED_FILTER_NAME_MAX, editable=False)
    query = models.CharField(max_length=limits.SAVED_FILTER_QUERY_MAX)

    class Meta:
        ordering = ("name_key",)
        constraints = (
            models.UniqueConstraint(fields=("person", "name_key"), name="saved_filter_name_unique"),
        )
