"""How a tenant is told which secrets expire: one row for each channel that it has set."""

from django.db import models

from clients_app import limits
from clients_app.models.lengths import keeps_lengths
from clients_app.models.tenant import Tenant


@keeps_lengths
class NoticeChannel(models.Model):
    """``settings`` are what the channel's form asks for, and may hold a receiver's token: records
    and lists write the row as ``shown``, which leaves it out. A signing secret is not stored: it is
    derived from SECRET_KEY and ``salt``, under the key that ``key_id`` names, so that a copy of the
    database signs nothing; ``key_id`` is empty where the channel does not sign."""

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
            models.UniqueConstraint(fields=("tenant", "channel"), name="notice_channel_once"),
        )

    def __str__(self) -> str:
        return self.shown
