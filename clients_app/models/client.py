"""Something that asks for tokens, with the rows that belong to it."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from clients_app import limits
from clients_app.models.defaults import new_id
from clients_app.models.lengths import keeps_lengths
from clients_app.models.person import Person
from clients_app.models.role import Role
from clients_app.models.tenant import Tenant
from clients_app.rules.client_types import CLIENT_TYPES, URL_KINDS, ClientType
from clients_app.rules.names import key_of


def _types(has: str) -> list[str]:
    return [one.id for one in CLIENT_TYPES.values() if getattr(one, has)]


#: columns of the list besides the name: one index holds all that it sorts and counts by
_LISTED: Final = (
    "is_enabled",
    "last_token_at",
    "created_at",
    "next_expires_at",
    "never_expires",
    "first_role_key",
)


class IssuedClientId(models.Model):
    """Every Client Id ever given, written with the client and never removed: no id comes twice."""

    id = models.UUIDField(primary_key=True)
    issued_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.id)


class ClientQuerySet(models.QuerySet["Client"]):
    def for_tenant(self, tenant_id: Any) -> "ClientQuerySet":
        return self.filter(tenant_id=tenant_id)

    def present(self) -> "ClientQuerySet":
        """Those that are not removed."""
        return self.filter(removed_at=None)

    def removed(self) -> "ClientQuerySet":
        """Those that are; said as a range, which SQLite too finds by an index."""
        return self.filter(removed_at__gt=datetime.min.replace(tzinfo=UTC))


@keeps_lengths
class Client(models.Model):
    """The hot row; usage counts, secrets, tags and URLs are rows of their own.

    What the list sorts and counts by stands here, kept by the services that change it:
    ``next_expires_at`` is the end of that secret which ended first among the live ones when
    secrets last changed, else of the one that had expired last; ``never_expires`` tells whether a
    live one has no end; ``first_role_key`` is the key of the role that the list names first.
    ``version`` counts the changes of what Edit Client shows, so that two
    editors do not overwrite each other.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="clients")
    client_type = models.CharField(
        max_length=18, choices=[(one.id, one.label) for one in CLIENT_TYPES.values()]
    )
    name = models.CharField(max_length=limits.NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.NAME_MAX, editable=False)
    description = models.CharField(max_length=limits.DESCRIPTION_MAX, blank=True)
    contact = models.CharField(max_length=limits.CONTACT_MAX, blank=True)
    is_enabled = models.BooleanField(default=True)
    token_lifetime_s = models.PositiveIntegerField(default=limits.TOKEN_LIFETIME_DEFAULT_S)
    allow_refresh_token = models.BooleanField(default=False)
    may_introspect = models.BooleanField(default=False, db_default=False)  # tokens of others, too
    version = models.PositiveIntegerField(default=1)
    tokens_not_before = models.DateTimeField(null=True)  # those issued until then have ended
    last_token_at = models.DateTimeField(null=True)
    last_token_ends_at = models.DateTimeField(null=True)  # from then on no issued token is valid
    next_expires_at = models.DateTimeField(null=True)
    never_expires = models.BooleanField(default=False)
    first_role_key = models.CharField(max_length=3 * limits.ROLE_NAME_MAX, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=limits.NAME_MAX)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=limits.NAME_MAX)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=limits.NAME_MAX, blank=True)
    roles = models.ManyToManyField(Role, through="ClientRole", related_name="clients")
    owners = models.ManyToManyField(Person, through="ClientOwner", related_name="owned_clients")

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("tenant", "name_key"),
                condition=models.Q(removed_at=None),
                name="client_name_once",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="client_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(client_type__in=list(CLIENT_TYPES)), name="client_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    token_lifetime_s__gte=limits.TOKEN_LIFETIME_MIN_S,
                    token_lifetime_s__lte=limits.TOKEN_LIFETIME_MAX_S,
                ),
                name="client_token_lifetime_range",
            ),
            models.CheckConstraint(
                condition=models.Q(may_introspect=False)
                | models.Q(client_type__in=_types("may_introspect")),
                name="client_introspects_with_a_secret",
            ),
            models.CheckConstraint(
                condition=models.Q(allow_refresh_token=False)
                | models.Q(client_type__in=_types("may_refresh")),
                name="client_refreshes_for_people",
            ),
            models.CheckConstraint(condition=~models.Q(id=UUID(int=0)), name="client_id_not_nil"),
        )
        indexes = (
            models.Index(
                fields=("tenant", "removed_at", "client_type", "name_key", *_LISTED, "id"),
                name="client_listed",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = key_of(self.name)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)

    @property
    def tokens_stamp(self) -> str:
        """What is different as soon as someone ends all tokens."""
        return self.tokens_not_before.isoformat() if self.tokens_not_before else ""

    @property
    def type(self) -> ClientType:
        """What a client of this type has."""
        return CLIENT_TYPES[self.client_type]


class ClientRole(models.Model):
    """A role that a client carries."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    role = models.ForeignKey(Role, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("client", "role"), name="client_role_once"),)

    def __str__(self) -> str:
        return f"{self.client}: {self.role}"


class ClientOwner(models.Model):
    """A person who may edit this client and manage its secrets."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("client", "person"), name="client_owner_once"),
        )

    def __str__(self) -> str:
        return f"{self.client}: {self.person}"


@keeps_lengths
class ClientTag(models.Model):
    """A word to find a client by."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=limits.TAG_MAX)
    name_key = models.CharField(max_length=3 * limits.TAG_MAX, editable=False, db_index=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("client", "name_key"), name="client_tag_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="client_tag_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


@keeps_lengths
class ClientUrl(models.Model):
    """A URL or origin that a client may be sent to or call from."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="urls")
    kind = models.CharField(max_length=15, choices=[(one.id, one.id) for one in URL_KINDS])
    url = models.CharField(max_length=limits.URL_MAX)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("client", "kind", "url"), name="client_url_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[one.id for one in URL_KINDS]),
                name="client_url_kind_known",
            ),
        )
        indexes = (models.Index(fields=("kind", "url"), name="client_url_lookup"),)

    def __str__(self) -> str:
        return self.url
