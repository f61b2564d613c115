"""An identity that another platform gives to a client, such as that of a CI job or a pod."""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q

from clients_app import limits
from clients_app.models.client import Client
from clients_app.models.credential import Credential, CredentialQuerySet
from clients_app.models.texts import checks_texts


@checks_texts
class FederatedIdentity(Credential):
    """A client is believed if a token of ``issuer`` for ``audience`` fits ``subject_rule`` and each
    of ``claim_rules`` (name -> rule).

    ``jwks`` has the keys of an issuer that this portal cannot reach; None: its discovery document
    says where they are. ``preset`` names the platform in ``rules.federation.presets``.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="identities")
    preset = models.CharField(max_length=limits.PRESET_MAX)
    issuer = models.CharField(max_length=limits.URL_MAX)
    jwks = models.JSONField(null=True)
    audience = models.CharField(max_length=limits.AUDIENCE_MAX)
    subject_rule = models.CharField(max_length=limits.CLAIM_RULE_MAX)
    claim_rules = models.JSONField(default=dict)

    objects: ClassVar = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "federated identities"
        ordering = ("-id",)
        constraints = (
            CheckConstraint(
                condition=~Q(issuer="") & ~Q(audience="") & ~Q(subject_rule=""),
                name="federated_identity_is_complete",
            ),
            CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="federated_identity_expires_after_creation",
            ),
        )
        indexes = (
            Index(
                fields=("client", "expires_at"),
                condition=Q(removed_at=None),
                name="federated_identity_present",
            ),
        )

    def __str__(self) -> str:
        return self.description or self.subject_rule
