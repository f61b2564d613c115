"""A client, which requests tokens."""

from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from clients_app import limits
from clients_app.models.defaults import new_id
from clients_app.models.mutes import Mutes
from clients_app.models.person import Person
from clients_app.models.role import Role
from clients_app.models.tenant import Tenant, TenantQuerySet
from clients_app.models.texts import Keyed, checks_texts
from clients_app.rules.client_fields import CONTACT, DESCRIPTION
from clients_app.rules.client_types import CLIENT_TYPES, ClientType
from clients_app.rules.health import Health, health_of


def _types(has: str) -> list[str]:
    return [one.id for one in CLIENT_TYPES.values() if getattr(one, has)]


#: The columns that each list filters by.
_LIST: Final = ("tenant", "removed_at", "client_type")
#: The columns besides the name that the list sorts and counts by, all in one index.
_LISTED: Final = (
    *("is_enabled", "last_token_at", "last_refused_at", "created_at"),
    *("next_expires_at", "last_expires_at", "never_expires", "has_owner", "first_role_key"),
    *("may_call_built_in", "may_call_others"),
)
#: The columns of an index for each state that needs attention, and its condition: counting the
#: clients in a state reads no others.
_STATES: Final = {
    "refused": (("last_refused_at",), Q(last_refused_at__isnull=False)),
    "expiring": (("next_expires_at", "last_expires_at", "id"), Q(next_expires_at__isnull=False)),
    "secretless": (("last_expires_at", "never_expires"), Q(never_expires=False)),
    "unowned": (("has_owner",), Q(has_owner=False)),
    "unused": (("last_token_at", "created_at"), None),
}
_TOKEN_LIFETIMES_S: Final = (limits.TOKEN_LIFETIME_MIN_S, limits.TOKEN_LIFETIME_MAX_S)


class IssuedClientId(models.Model):
    """Every Client Id ever issued, never removed, so that no id is used twice."""

    id = models.UUIDField(primary_key=True)
    issued_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.id)


class ClientQuerySet(TenantQuerySet["Client"]):
    def present(self) -> "ClientQuerySet":
        """Return the clients that are not removed."""
        return self.filter(removed_at=None)

    def removed(self) -> "ClientQuerySet":
        """Return the removed clients, by a range, for which SQLite too uses an index."""
        return self.filter(removed_at__gt=datetime.min.replace(tzinfo=UTC))


@checks_texts
class Client(Keyed, Mutes):
    """The frequently read row; usage counts, secrets, tags and URLs have their own tables.

    Services keep the columns by which the list sorts and counts. ``next_expires_at`` is the first
    expiration among the secrets that were live at the last change, or the last one if none was;
    ``last_expires_at`` is the last expiration among all that are not removed; ``never_expires`` is
    whether a live secret never expires; ``has_owner`` is whether an Owner can sign in;
    ``first_role_key`` is the key of the first role that the list shows; ``may_call_others`` is
    whether it has rows of ``MayCall``. The batches of counts write
    ``last_token_at`` and ``last_refused_at``. ``version`` counts edits, for stale forms.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(  # the indexes of the list begin with it
        Tenant, on_delete=models.PROTECT, related_name="clients", db_index=False
    )
    client_type = models.CharField(
        max_length=18, choices=[(one.id, one.label) for one in CLIENT_TYPES.values()]
    )
    name = models.CharField(max_length=limits.NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.NAME_MAX, editable=False)
    description = models.CharField(max_length=DESCRIPTION.maximum, blank=True)
    contact = models.CharField(max_length=CONTACT.maximum, blank=True)
    is_enabled = models.BooleanField(default=True)
    token_lifetime_s = models.PositiveIntegerField(default=limits.TOKEN_LIFETIME_DEFAULT_S)
    allow_refresh_token = models.BooleanField(default=False)
    client_uri = models.CharField(max_length=limits.URL_MAX, blank=True)  # its own address
    logo_uri = models.CharField(max_length=limits.URL_MAX, blank=True)
    skips_consent = models.BooleanField(default=False, db_default=False)  # first-party
    may_introspect = models.BooleanField(default=False, db_default=False)  # tokens of other clients
    may_rotate_own_secrets = models.BooleanField(default=False, db_default=False)
    demands_assertion_type = models.BooleanField(default=False, db_default=False)  # in ``typ``
    accepts_token_endpoint_audience = models.BooleanField(default=False, db_default=False)
    may_add_secrets = models.BooleanField(default=False, db_default=False)  # despite the policy
    may_call_built_in = models.BooleanField(default=True, db_default=True)  # the built-in API
    may_call_others = models.BooleanField(default=False, db_default=False)  # than that
    version = models.PositiveIntegerField(default=1)
    tokens_not_before = models.DateTimeField(null=True)  # earlier ones are invalid
    last_token_at = models.DateTimeField(null=True)
    last_token_expires_at = models.DateTimeField(null=True)  # no token is valid after
    last_refused_at = models.DateTimeField(null=True)
    next_expires_at = models.DateTimeField(null=True)
    last_expires_at = models.DateTimeField(null=True)
    never_expires = models.BooleanField(default=False)
    has_owner = models.BooleanField(default=False)
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
            UniqueConstraint(
                fields=("tenant", "name_key"),
                condition=Q(removed_at=None),
                name="client_name_unique",
            ),
            CheckConstraint(
                condition=Q(token_lifetime_s__range=_TOKEN_LIFETIMES_S),
                name="client_token_lifetime_range",
            ),
            CheckConstraint(
                condition=Q(may_introspect=False) | Q(client_type__in=_types("may_introspect")),
                name="client_type_may_introspect",
            ),
            CheckConstraint(
                condition=Q(may_rotate_own_secrets=False)
                | Q(client_type__in=_types("may_rotate_own_secrets")),
                name="client_type_may_rotate_own_secrets",
            ),
            CheckConstraint(
                condition=Q(allow_refresh_token=False) | Q(client_type__in=_types("may_refresh")),
                name="client_type_may_refresh",
            ),
            CheckConstraint(
                condition=Q(client_uri="", logo_uri="", skips_consent=False)
                | Q(client_type__in=_types("signs_people_in")),
                name="client_type_signs_people_in",
            ),
            CheckConstraint(condition=~Q(id=UUID(int=0)), name="client_id_not_nil"),
        )
        indexes = (
            Index(
                fields=(*_LIST, "name_key", *_LISTED, "id"),
                name="client_listed",
            ),
            *(
                Index(fields=(*_LIST, *columns), condition=condition, name=f"client_{state}")
                for state, (columns, condition) in _STATES.items()
            ),
        )

    @property
    def tokens_stamp(self) -> str:
        """A text that changes when all tokens are revoked."""
        return self.tokens_not_before.isoformat() if self.tokens_not_before else ""

    @property
    def type(self) -> ClientType:
        return CLIENT_TYPES[self.client_type]

    def has_live_secret(self, now: datetime) -> bool:
        """Return whether a secret is live at ``now``, without a query."""
        if self.never_expires:
            return True
        return self.last_expires_at is not None and self.last_expires_at > now

    @property
    def may_call_nothing(self) -> bool:
        """True if the client may call neither the built-in API nor another.

        Tokens of clients that sign people in may be about the person alone.
        """
        if self.type.signs_people_in:
            return False
        return not self.may_call_built_in and not self.may_call_others

    def can_request_tokens(self, now: datetime) -> bool:
        """Return whether the client has an API to call, and a live secret if it needs one."""
        has_secret = not self.type.has_secrets or self.has_live_secret(now)
        return has_secret and not self.may_call_nothing

    def health(self, now: datetime) -> Health:
        """Return how the client is doing at ``now``, without a query."""
        return health_of(
            is_enabled=self.is_enabled,
            can_request_tokens=self.can_request_tokens(now),
            last_token_at=self.last_token_at,
            last_refused_at=self.last_refused_at,
            now=now,
        )
