"""What people let clients do for them: authorizations with their codes and refresh tokens, and
consents."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from clients_app import limits
from clients_app.models.api import Api
from clients_app.models.client import Client
from clients_app.models.defaults import new_id
from clients_app.models.person import Person
from clients_app.models.texts import checks_texts

_DIGEST: Final = 64  # hexadecimal digits of SHA-256


class AuthorizationQuerySet(models.QuerySet["Authorization"]):
    def standing(self) -> "AuthorizationQuerySet":
        """Return those whose tokens are valid, as far as person and authorization decide it.

        An authorization ends with the access of its person, and with all tokens of its client
        that were issued until a moment. Nothing is written for that.
        """
        is_later = Q(client__tokens_not_before=None) | Q(
            client__tokens_not_before__lt=F("created_at")
        )
        return self.filter(
            is_later,
            ended_at=None,
            person__is_active=True,
            person__tenant=F("client__tenant"),
            person__access_version=F("access_version"),
        )


@checks_texts
class Authorization(models.Model):
    """That a person let a client act for them: one pass through the authorize endpoint.

    ``api`` is None if only identity scopes were granted. ``scope`` has all that was granted,
    sorted, those of the API too. ``session`` is the digest of the key of the person's session.
    ``access_version`` is the person's when they allowed it. ``expires_at`` is the end of its
    refresh tokens, however often they are used.
    """

    class EndedWhy(models.TextChoices):
        CODE_REUSED = "code-reused"
        REFRESH_REUSED = "refresh-reused"
        REVOKED = "revoked"  # by its client
        WITHDRAWN = "withdrawn"  # by its person
        SIGNED_OUT = "signed-out"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="authorizations", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="authorizations")
    api = models.ForeignKey(Api, on_delete=models.CASCADE, null=True)
    scope = models.TextField(blank=True)
    auth_time = models.DateTimeField()  # when the person signed in
    amr = models.CharField(max_length=limits.AMR_MAX, blank=True)  # how, separated by spaces
    acr = models.CharField(max_length=limits.ACR_MAX, blank=True)
    nonce = models.CharField(max_length=limits.NONCE_MAX, blank=True)
    session = models.CharField(max_length=_DIGEST, blank=True)
    access_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    last_token_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, choices=[("", ""), *EndedWhy.choices], blank=True)

    objects: ClassVar = AuthorizationQuerySet.as_manager()

    class Meta:
        constraints = (
            CheckConstraint(
                condition=Q(ended_at=None, ended_why="")
                | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="authorization_ended_for_a_reason",
            ),
        )
        indexes = (
            Index(fields=("client", "person"), name="authorization_of_person"),
            Index(fields=("session",), name="authorization_of_session"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.client}"


@checks_texts
class AuthorizationCode(models.Model):
    """The code of an authorization, by its digest. ``challenge`` is empty if there was none."""

    digest = models.CharField(max_length=_DIGEST, primary_key=True)
    authorization = models.OneToOneField(
        Authorization, on_delete=models.CASCADE, related_name="code"
    )
    redirect_uri = models.CharField(max_length=limits.URL_MAX)
    challenge = models.CharField(max_length=limits.CHALLENGE_LENGTH, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.authorization_id)


@checks_texts
class RefreshToken(models.Model):
    """A refresh token of an authorization, by its digest. It works once, until ``expires_at``."""

    digest = models.CharField(max_length=_DIGEST, primary_key=True)
    authorization = models.ForeignKey(
        Authorization, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.authorization_id)


class Consent(models.Model):
    """What a person let a client have at an API, so that they are not asked again.

    The row without an API has the identity scopes. ``scope`` is sorted, and grows.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    api = models.ForeignKey(Api, on_delete=models.CASCADE, null=True)
    scope = models.TextField(blank=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("person", "client", "api"), name="consent_unique"),
            UniqueConstraint(
                fields=("person", "client"), condition=Q(api=None), name="identity_consent_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.client}"
