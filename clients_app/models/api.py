"""The APIs of a tenant with their scopes, and which clients may call them."""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from clients_app import conf, limits
from clients_app.models.client import Client
from clients_app.models.defaults import new_id
from clients_app.models.tenant import Tenant, TenantQuerySet
from clients_app.models.texts import Keyed, checks_texts


@checks_texts
class IssuedIdentifier(models.Model):
    """To which tenant an Identifier was ever given, by its key; never removed.

    So no Identifier, and none that looks like it, is ever given to another tenant.
    """

    key = models.CharField(max_length=limits.IDENTIFIER_MAX, primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.key


class ApiQuerySet(TenantQuerySet["Api"]):
    def custom(self) -> "ApiQuerySet":
        """Return the APIs that the tenant added."""
        return self.exclude(custom_identifier="")

    def in_screen_order(self) -> "ApiQuerySet":
        """Return the built-in API first, then the others by name."""
        rank = models.Case(models.When(custom_identifier="", then=0), default=1)
        return self.order_by(rank, "name_key")


@checks_texts
class Api(Keyed):
    """A service that takes our tokens.

    The built-in API of each tenant has the tenant's id, so that no query needs to find it. Its
    Identifier and scopes are settings of the installation; ``custom_identifier`` is empty and it
    has no rows of scopes. ``version`` counts edits, for stale forms.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="apis")
    name = models.CharField(max_length=limits.NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.NAME_MAX, editable=False)
    custom_identifier = models.CharField(max_length=limits.IDENTIFIER_MAX, blank=True)
    description = models.CharField(max_length=limits.DESCRIPTION_MAX, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=limits.NAME_MAX)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=limits.NAME_MAX)
    introspectors = models.ManyToManyField(
        Client, through="ApiIntrospector", related_name="introspected_apis"
    )

    objects: ClassVar = ApiQuerySet.as_manager()

    class Meta:
        verbose_name = "API"
        constraints = (
            UniqueConstraint(fields=("tenant", "name_key"), name="api_name_unique"),
            UniqueConstraint(
                fields=("custom_identifier",),
                condition=~Q(custom_identifier=""),
                name="api_identifier_unique",
            ),
            CheckConstraint(
                condition=Q(custom_identifier="", id=F("tenant"))
                | (~Q(custom_identifier="") & ~Q(id=F("tenant"))),
                name="built_in_api_has_the_id_of_its_tenant",
            ),
        )

    @property
    def is_built_in(self) -> bool:
        return not self.custom_identifier

    @property
    def identifier(self) -> str:
        """The ``aud`` of its tokens."""
        return self.custom_identifier or conf.token_audience()

    @property
    def has_built_in_audience(self) -> bool:
        """Whether a setting gave the built-in API the Identifier of this one."""
        return self.custom_identifier in conf.built_in_audiences()

    def scope_names(self) -> tuple[str, ...]:
        """Return all its scopes, in the order of the screen; those of the rows in one query."""
        if self.is_built_in:
            return conf.api_scopes()
        return tuple(scope.name for scope in self.scopes.all())


@checks_texts
class ApiScope(models.Model):
    """Something that a client may be allowed to do at an API."""

    api = models.ForeignKey(Api, on_delete=models.CASCADE, related_name="scopes")
    name = models.CharField(max_length=limits.SCOPE_MAX)
    description = models.CharField(max_length=limits.SCOPE_DESCRIPTION_MAX, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (UniqueConstraint(fields=("api", "name"), name="api_scope_unique"),)

    def __str__(self) -> str:
        return self.name


class MayCall(models.Model):
    """That a client may get tokens for an API, with some of its scopes.

    The built-in API has no such rows: ``Client.may_call_built_in`` says it, for all its scopes.
    ``is_default``: it is the API of requests that name neither an API nor a scope.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="may_call")
    api = models.ForeignKey(Api, on_delete=models.CASCADE, related_name="may_call")
    is_default = models.BooleanField(default=False, db_default=False)
    scopes = models.ManyToManyField(ApiScope, through="MayCallScope", related_name="may_call")

    class Meta:
        constraints = (
            UniqueConstraint(fields=("client", "api"), name="may_call_unique"),
            UniqueConstraint(
                fields=("client",), condition=Q(is_default=True), name="default_api_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.client}: {self.api}"


class MayCallScope(models.Model):
    """A scope that a client may have at an API."""

    may_call = models.ForeignKey(MayCall, on_delete=models.CASCADE)
    scope = models.ForeignKey(ApiScope, on_delete=models.CASCADE)

    class Meta:
        constraints = (
            UniqueConstraint(fields=("may_call", "scope"), name="may_call_scope_unique"),
        )

    def __str__(self) -> str:
        return f"{self.may_call}: {self.scope}"


class ApiIntrospector(models.Model):
    """A client of an API that may ask about tokens for that API."""

    api = models.ForeignKey(Api, on_delete=models.CASCADE)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)

    class Meta:
        constraints = (UniqueConstraint(fields=("api", "client"), name="api_introspector_unique"),)

    def __str__(self) -> str:
        return f"{self.api}: {self.client}"


@checks_texts
class ApiUsage(models.Model):
    """Tokens that a client got for an API in one hour, by what it asked for; written in batches.

    ``scope`` has the scopes of the request, sorted; it is empty for requests without any, and for
    those beyond the combinations that are told apart. ``is_named``: the request named the API.

    The rows of an API may be a hundred million. When it is removed, nothing looks at them any more,
    and they are deleted when they are old, as all others are.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    api = models.ForeignKey(Api, models.DO_NOTHING, db_constraint=False)
    hour = models.DateTimeField(db_index=True)  # its start, UTC
    scope = models.CharField(max_length=limits.TOKEN_SCOPE_MAX, blank=True)
    is_named = models.BooleanField()
    tokens = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("client", "api", "hour", "scope", "is_named"), name="api_usage_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.client_id} {self.api_id} {self.hour:%Y-%m-%d %H}h: {self.tokens}"


class ApiHour(models.Model):
    """Tokens that all clients got for an API in one hour, written in batches.

    Sums over the rows of 50,000 clients would take seconds. They outlive an API as ApiUsage does.
    """

    api = models.ForeignKey(Api, models.DO_NOTHING, db_constraint=False)
    hour = models.DateTimeField(db_index=True)  # its start, UTC
    tokens = models.PositiveBigIntegerField()

    class Meta:
        constraints = (UniqueConstraint(fields=("api", "hour"), name="api_hour_unique"),)

    def __str__(self) -> str:
        return f"{self.api_id} {self.hour:%Y-%m-%d %H}h: {self.tokens}"
