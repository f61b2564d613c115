"""Which alerts are not sent: columns of a tenant and of a client."""

from django.db import models


class Mutes(models.Model):
    """One column for each of ``rules.alerts.AlertKind``."""

    mutes_refused = models.BooleanField(default=False, db_default=False)
    mutes_silent = models.BooleanField(default=False, db_default=False)
    mutes_new_address = models.BooleanField(default=False, db_default=False)

    class Meta:
        abstract = True
