"""Where a tenant's notices are posted to."""

from django.db import models

from clients_app import limits
from clients_app.models.lengths import keeps_lengths
from clients_app.models.tenant import Tenant
from clients_app.rules.webhook_urls import shown_url


@keeps_lengths
class Webhook(models.Model):
    """Its signing secret is not stored: it is derived from SECRET_KEY and ``salt``, under the key
    that ``key_id`` names, so that a copy of the database signs nothing. ``url`` may hold a token
    of the receiver: records and lists write the webhook as text, which leaves it out."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True)
    url = models.CharField(max_length=limits.URL_MAX)
    salt = models.BinaryField(max_length=16)
    key_id = models.CharField(max_length=8)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=limits.NAME_MAX)

    def __str__(self) -> str:
        return shown_url(self.url)
