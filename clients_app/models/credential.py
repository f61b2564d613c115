"""What every kind of credential of a client has: a description, an end, and who changed it."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import CheckConstraint, Exists, F, Index, OuterRef, Q

from clients_app import limits
from clients_app.models.texts import Keyed

Row = TypeVar("Row", bound=models.Model, covariant=True)


class CredentialQuerySet(models.QuerySet[Row]):
    def present(self) -> Self:
        """Return the credentials that are not removed."""
        return self.filter(removed_at=None)

    def live(self, now: datetime) -> Self:
        """Return the credentials that are neither removed nor expired at ``now``."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), removed_at=None)

    def without_successor(self) -> Self:
        """Return the credentials that none has replaced which lasts longer."""
        if not hasattr(self.model, "replaces"):
            return self
        lasts_longer = Q(expires_at=None) | Q(expires_at__gt=OuterRef("expires_at"))
        successors = self.model._default_manager.filter(replaces=OuterRef("pk"), removed_at=None)
        return self.filter(~Exists(successors.filter(lasts_longer).order_by()))


def expires_after_creation(table: str) -> CheckConstraint:
    """Return the constraint of a table of credentials."""
    condition = Q(expires_at=None) | Q(expires_at__gt=F("created_at"))
    return CheckConstraint(condition=condition, name=f"{table}_expires_after_creation")


def present_index(table: str, *more: str) -> Index:
    """Return the index by which a table of credentials is read, with ``more`` columns."""
    fields = ("client", "expires_at", *more)
    return Index(fields=fields, condition=Q(removed_at=None), name=f"{table}_present")


class Credential(Keyed):
    """The columns of each kind; ``version`` counts edits, for stale forms."""

    id = models.BigAutoField(primary_key=True)
    description = models.CharField(max_length=limits.SECRET_DESCRIPTION_MAX, blank=True)
    description_key = models.CharField(
        max_length=3 * limits.SECRET_DESCRIPTION_MAX, blank=True, editable=False
    )
    expires_at = models.DateTimeField(null=True)  # None: Never Expires
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=limits.NAME_MAX)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=limits.NAME_MAX, blank=True)

    objects: ClassVar = CredentialQuerySet.as_manager()

    class Meta:
        abstract = True
