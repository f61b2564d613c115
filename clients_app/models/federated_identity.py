"""An identity that another platform gives to a client, such as that of a CI job or a pod."""

from django.db import models
from django.db.models import CheckConstraint, Q

from clients_app import limits
from clients_app.models.client import Client
from clients_app.models.credential import Credential, expires_after_creation, present_index
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

    class Meta:
        verbose_name_plural = "federated identities"
        ordering = ("-id",)
        constraints = (
            CheckConstraint(
                condition=~Q(issuer="") & ~Q(audience="") & ~Q(subject_rule=""),
                name="federated_identity_is_complete",
            ),
            expires_after_creation("federated_identity"),
        )
        indexes = (present_index("federated_identity"),)

    def __str__(self) -> str:
        return self.description or self.subject_rule
