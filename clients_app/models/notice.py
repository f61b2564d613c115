"""Sent notices about expiring credentials, and the messages that carry them."""

from typing import ClassVar

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

from clients_app import limits
from clients_app.models.client_key import ClientKey
from clients_app.models.client_secret import ClientSecret
from clients_app.models.defaults import new_id
from clients_app.models.federated_identity import FederatedIdentity
from clients_app.models.tenant import Tenant, TenantQuerySet


class Notice(models.Model):
    """A notice about a secret, key or identity, sent once for each stage and expiration."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    secret = models.ForeignKey(ClientSecret, on_delete=models.CASCADE, null=True)
    key = models.ForeignKey(ClientKey, on_delete=models.CASCADE, null=True)
    identity = models.ForeignKey(FederatedIdentity, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()  # before the end: one of rules.notices.STAGES
    sent_at = models.DateTimeField()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("secret", "expires_at", "days"), name="notice_unique"),
            UniqueConstraint(fields=("key", "expires_at", "days"), name="notice_of_key_unique"),
            UniqueConstraint(
                fields=("identity", "expires_at", "days"), name="notice_of_identity_unique"
            ),
        )
        indexes = (Index(fields=("tenant", "expires_at"), name="notice_of_tenant"),)

    def __str__(self) -> str:
        return f"{self.secret or self.key or self.identity}: {self.days}"


class Delivery(models.Model):
    """A message to one recipient. ``secrets`` describes what expires in it, keys and
    identities too, never the text of a secret;
    ``alerts`` its alerts, and ``more`` counts those that it does not describe. This table is the
    queue: ``try_at`` is when a waiting message is tried next or, while a worker tries
    it, when another worker may."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    channel = models.CharField(max_length=limits.CHANNEL_MAX)  # of services.notices.table
    recipient = models.CharField(max_length=limits.URL_MAX)
    zone = models.CharField(max_length=64, blank=True)  # of the reader
    is_test = models.BooleanField(default=False)
    secrets = models.JSONField(default=list)
    alerts = models.JSONField(default=list)
    more = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=limits.ANSWER_MAX, blank=True)
    created_at = models.DateTimeField()
    try_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = TenantQuerySet.as_manager()

    class Meta:
        indexes = (
            Index(fields=("tenant", "-created_at"), name="delivery_of_tenant"),
            Index(fields=("try_at",), condition=Q(state="waiting"), name="delivery_waiting"),
        )

    def __str__(self) -> str:
        return self.recipient

    @property
    def alert_count(self) -> int:
        return len(self.alerts) + self.more
