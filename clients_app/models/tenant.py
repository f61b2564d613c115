"""An organisation, to which all other rows belong."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Now

from clients_app import limits
from clients_app.models.defaults import new_id
from clients_app.models.mutes import Mutes
from clients_app.models.texts import Keyed, checks_texts
from clients_app.rules.tenant_policy import FORBIDDING

Row = TypeVar("Row", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[Row]):
    def for_tenant(self, tenant_id: Any) -> Self:
        return self.filter(tenant_id=tenant_id)

    def chosen(self, tenant_id: Any, ids: Iterable[Any]) -> Self:
        """Return those of the rows with these ids that are the tenant's."""
        return self.filter(is_of(tenant_id), pk__in=list(ids))


def is_of(tenant_id: Any, path: str = "tenant") -> models.Q:
    """Return the condition that rows that are found by their ids are those of a tenant.

    SQLite does not know how many rows a tenant has. With a plain condition it reads them all to
    find a page of 50; a double negation is no reason to use an index.
    """
    return ~models.Q(~models.Q((path, tenant_id)))


def _days_or_none(name: str) -> models.Q:
    return models.Q((name, None)) | models.Q((f"{name}__range", (1, limits.SECRET_DAYS_MAX)))


@checks_texts
class Tenant(Keyed, Mutes):
    """The policy columns are those of ``rules.tenant_policy``; ``notices_sent_on`` is the last
    day, in the zone of the installation, for which all notices were sent. ``alerts_sent`` counts
    the alerts of the hour that began at ``alerts_since``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=limits.TENANT_NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.TENANT_NAME_MAX, editable=False)
    alias = models.CharField(max_length=limits.TENANT_NAME_MAX, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    version = models.PositiveIntegerField(
        default=1
    )  # counts changes of name and policies, for stale forms
    secret_days_max = models.PositiveSmallIntegerField(null=True)
    rotation_days = models.PositiveSmallIntegerField(null=True)
    never_expires_allowed = models.BooleanField(default=True, db_default=True)
    owner_required = models.BooleanField(default=False, db_default=False)
    mfa_for_administrators = models.BooleanField(default=False, db_default=False)
    machines_see_only_themselves = models.BooleanField(default=False, db_default=False)
    dangerous_rules_forbidden = models.BooleanField(default=False, db_default=False)
    allowed_issuers = models.JSONField(  # of federated identities; empty: all
        default=list, db_default=models.Value([], models.JSONField())
    )
    new_secrets_forbidden = models.CharField(
        max_length=7, choices=[(one, one) for one in FORBIDDING], default="off", db_default="off"
    )
    notices_sent_on = models.DateField(null=True)
    alerts_since = models.DateTimeField(null=True)
    alerts_sent = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("name_key",), name="tenant_name_unique"),
            models.CheckConstraint(
                condition=_days_or_none("secret_days_max") & _days_or_none("rotation_days"),
                name="tenant_policy_range",
            ),
        )
