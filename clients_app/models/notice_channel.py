"""The channels by which a tenant gets notices of expiring secrets, one row each."""

from django.db import models

from clients_app import limits
from clients_app.models.tenant import Tenant
from clients_app.models.texts import checks_texts


@checks_texts
class NoticeChannel(models.Model):
    """``settings`` may hold a receiver's token; ``shown`` omits it, for audit events and lists.

    A signing secret is not stored but derived from SECRET_KEY and ``salt``, under the key
    ``key_id``, so that a copy of the database cannot sign; ``key_id`` is empty if the channel does
    not sign.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    channel = models.CharField(max_length=limits.CHANNEL_MAX)  # a name of services.notices.table
    settings = models.JSONField(default=dict)
    shown = models.CharField(max_length=limits.URL_MAX)
    salt = models.BinaryField(max_length=16, default=b"")
    key_id = models.CharField(max_length=8, blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=limits.NAME_MAX)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("tenant", "channel"), name="notice_channel_unique"),
        )

    def __str__(self) -> str:
        return self.shown
