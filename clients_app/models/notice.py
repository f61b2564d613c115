"""Which notices of expiring secrets were sent, and the messages that carry them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from clients_app import limits
from clients_app.models.client_secret import ClientSecret
from clients_app.models.defaults import new_id
from clients_app.models.tenant import Tenant


class Notice(models.Model):
    """That a secret ends was told at this stage, once; a secret with a new end is told anew."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    secret = models.ForeignKey(ClientSecret, on_delete=models.CASCADE)
    ends_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()  # before the end: one of rules.notices.STAGES
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("secret", "ends_at", "days"), name="notice_once"),
        )
        indexes = (models.Index(fields=("tenant", "ends_at"), name="notice_of_tenant"),)

    def __str__(self) -> str:
        return f"{self.secret}: {self.days}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_tenant(self, tenant_id: Any) -> "DeliveryQuerySet":
        return self.filter(tenant_id=tenant_id)


class Delivery(models.Model):
    """A message to one recipient, written as its channel shows it. ``secrets`` is what it says, as
    JSON, never a secret's text. This table is the queue: ``try_at`` is when a waiting message is
    tried next or, while a worker tries it, when another worker may."""

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
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=limits.ANSWER_MAX, blank=True)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("tenant", "-made_at"), name="delivery_of_tenant"),
            models.Index(fields=("try_at",), condition=Q(state="waiting"), name="delivery_waiting"),
        )

    def __str__(self) -> str:
        return self.recipient
