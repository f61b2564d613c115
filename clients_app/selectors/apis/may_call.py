"""What a client may call."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from clients_app import conf
from clients_app.models import ApiScope, Client, MayCall
from clients_app.models.prepared import Argument
from clients_app.rules.targets import Reach, Target, built_in_target, combined, custom_target


def rows_of(client: Client) -> list[MayCall]:
    """Return what the client may call besides the built-in API, with APIs and scopes, by name."""
    rows = MayCall.objects.filter(client=client).select_related("api")
    return list(rows.prefetch_related("scopes").order_by("api__name_key"))


def reach_of(client: Client) -> Reach:
    """Return what the client may call, as the token endpoint sees it."""
    others = []
    for row in rows_of(client):
        names = tuple(scope.name for scope in row.scopes.all())
        target = custom_target(str(row.api_id), row.api.identifier, names)
        others.append((target, row.is_default))
    built_in = built_in_of(client) if client.may_call_built_in else None
    return combined(others, built_in, origin=conf.public_url())


def built_in_of(client: Client) -> Target:
    """Return the built-in API of the client's tenant."""
    return built_in_target(str(client.tenant_id), conf.token_audience(), conf.api_scopes())


def may_call_built_in() -> Q:
    """Return the condition that a client may call the built-in API of its tenant."""
    return Q(may_call_built_in=True)


def may_call_other(identifier: str | Argument) -> Exists:
    """Return the condition that a client may call the other API with this Identifier."""
    rows = MayCall.objects.filter(client=OuterRef("pk"), api__custom_identifier=identifier)
    return Exists(rows)


def scopes_now(client: Client, identifier: str) -> Collection[str]:
    """Return the scopes that ``client`` may have at the API with this Identifier."""
    if identifier in conf.built_in_audiences():
        return conf.api_scopes()
    scopes = ApiScope.objects.filter(
        may_call__client=client, api__custom_identifier=identifier, api__tenant=client.tenant_id
    )
    return set(scopes.values_list("name", flat=True))
