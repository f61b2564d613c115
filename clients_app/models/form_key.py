"""Used one-time form keys: a form that is sent again finds its key here and changes nothing."""

from django.db import models
from django.db.models.functions import Left

from clients_app.models.client import Client
from clients_app.models.tenant import Tenant


class UsedFormKey(models.Model):
    """Written in the transaction of the operation; the key was created with the form.

    The first half of a key is enough to use it: that of an Idempotency-Key names no request.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    actor_id = models.CharField(max_length=36)
    key = models.CharField(max_length=64)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True)  # that was added to
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key", "tenant", "actor_id"), name="form_key_unique"),
            models.UniqueConstraint(
                Left("key", 32), "tenant", "actor_id", name="form_key_begin_unique"
            ),
        )

    def __str__(self) -> str:
        return self.key
