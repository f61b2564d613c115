"""A user of the portal, with roles in one tenant."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from clients_app import limits
from clients_app.models.defaults import new_id
from clients_app.models.role import Role
from clients_app.models.tenant import Tenant
from clients_app.models.texts import Keyed, checks_texts
from clients_app.rules.names import key_of


class PersonManager(BaseUserManager["Person"]):
    """Finds people by the key of their username, so that case does not matter."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username_key=key_of(username or ""))


@checks_texts
class Person(Keyed, AbstractBaseUser, PermissionsMixin):
    """Signs in with the username; username and email are unique by their keys."""

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="people")
    username = models.CharField(max_length=limits.USERNAME_MAX)
    username_key = models.CharField(max_length=3 * limits.USERNAME_MAX, unique=True, editable=False)
    name = models.CharField(max_length=limits.PERSON_NAME_MAX, blank=True)
    name_key = models.CharField(max_length=3 * limits.PERSON_NAME_MAX, blank=True, editable=False)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=762, unique=True, null=True, editable=False)  # noqa: DJ001  many have none
    time_zone = models.CharField(max_length=64, blank=True)  # empty: the installation's
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    has_shortcuts = models.BooleanField(default=True)  # single keys of the keyboard
    has_dense_rows = models.BooleanField(default=False)  # in the list of clients
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)  # counts edits, for stale forms
    access_version = models.PositiveIntegerField(default=1)  # raise it to end sessions and links
    guessed_at = models.DateTimeField(null=True)  # when guesses began to wait; empty: they know
    must_mail_guesses = models.BooleanField(default=False)
    invitation_ends_at = models.DateTimeField(null=True)  # empty: not invited, or they accepted
    must_mail_invitation = models.BooleanField(default=False)
    invitation_problem = models.CharField(max_length=limits.ANSWER_MAX, blank=True)  # of its mail
    first_signed_in_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    roles = models.ManyToManyField(Role, through="PersonRole", related_name="people")

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_invited(self) -> bool:
        """True until the person accepts their invitation, also after it expired."""
        return self.invitation_ends_at is not None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must have: Django's, of the password, and ``access_version``."""
        content = f"{self.password}:{self.access_version}"
        return salted_hmac("session", content, secret=secret, algorithm="sha256").hexdigest()


class PersonRole(models.Model):
    """A role that a person holds."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    role = models.ForeignKey(Role, on_delete=models.CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "role"), name="person_role_unique"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"
