"""An organisation; every other row belongs to one."""

from django.db import models
from django.db.models.functions import Now

from clients_app import limits
from clients_app.models.defaults import new_id


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=limits.TENANT_NAME_MAX)
    alias = models.CharField(max_length=limits.TENANT_NAME_MAX, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(name=""), name="tenant_has_a_name"),
            models.UniqueConstraint(fields=("name",), name="tenant_name_once"),
        )

    def __str__(self) -> str:
        return self.name
