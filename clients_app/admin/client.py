"""Clients of all tenants: Add, Add Secret, Disable, Enable, Remove and Restore."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.columns import lines, words
from clients_app.admin.filters import ByTenant, ClientState
from clients_app.admin.operations.client_add import client_add
from clients_app.admin.operations.client_state import (
    client_disable,
    client_enable,
    client_remove,
    client_restore,
    client_tokens_end,
)
from clients_app.admin.operations.secrets import secret_add
from clients_app.admin.pages import page_of
from clients_app.admin.read_only import Link, Operation, ReadOnly
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_types import CORS_ORIGIN, LOGOUT_REDIRECT, REDIRECT, UrlKind
from clients_app.selectors.clients.lists import holding
from clients_app.selectors.periods import RESTORABLE

_WHAT_IT_IS: Final = (
    *("id", "tenant", "client_type", "name", "state"),
    *(line.name for line in LINES),
    "all_tags",
    "carried_roles",
    "all_owners",
    "token_lifetime",
    "may_introspect",
)
_URLS: Final = ("redirect_uris", "logout_uris", "cors_origins", "allow_refresh_token")
_WHAT_HAPPENED: Final = (
    "last_token_at",
    "tokens_not_before",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "removed_at",
    "removed_by",
)


class ClientAdmin(ReadOnly):
    can_add = True
    operations = (
        Operation("add/", client_add, "clients_app_client_add", Action.ADD_CLIENT),
        Operation("<uuid:client_id>/secrets/add/", secret_add, "secret-add", Action.ADD_SECRET),
        Operation(
            "<uuid:client_id>/disable/", client_disable, "client-disable", Action.DISABLE_CLIENT
        ),
        Operation(
            "<uuid:client_id>/enable/", client_enable, "client-enable", Action.DISABLE_CLIENT
        ),
        Operation(
            "<uuid:client_id>/tokens/end/",
            client_tokens_end,
            "client-tokens-end",
            Action.END_TOKENS,
        ),
        Operation("<uuid:client_id>/remove/", client_remove, "client-remove", Action.REMOVE_CLIENT),
        Operation(
            "<uuid:client_id>/restore/", client_restore, "client-restore", Action.RESTORE_CLIENT
        ),
    )
    list_display = (
        "name",
        "id",
        "tenant",
        "client_type",
        "state",
        "carried_roles",
        "next_expires_at",
        "last_token_at",
    )
    list_filter = (ByTenant, "client_type", ClientState)
    list_select_related = ("tenant",)
    ordering = ("tenant_id", "client_type", "name_key")  # as the index has them
    search_fields = ("name",)
    search_help_text = "Name, tag or id"
    fieldsets = (
        (None, {"fields": _WHAT_IT_IS}),
        (_("Authorization Code and Hybrid"), {"fields": _URLS}),
        (_("Secrets"), {"fields": ("next_expires_at", "present_secrets")}),
        (_("What happened"), {"fields": _WHAT_HAPPENED}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("roles")

    def named(self, key: str) -> Q:
        return holding(key)

    @admin.display(description=_("State"))
    def state(self, client: Client) -> str:
        if client.removed_at is not None:
            return gettext("Removed")
        return gettext("Active") if client.is_enabled else gettext("Disabled")

    @admin.display(description=_("Roles"))
    def carried_roles(self, client: Client) -> str:
        return words(sorted(role.name for role in client.roles.all()))

    @admin.display(description=_("Tags"))
    def all_tags(self, client: Client) -> str:
        return words(client.tags.all())

    @admin.display(description=_("Token Lifetime"))
    def token_lifetime(self, client: Client) -> str:
        return gettext("%(n)s seconds") % {"n": client.token_lifetime_s}

    @admin.display(description=_("Owners"))
    def all_owners(self, client: Client) -> str:
        return words(client.owners.all())

    @admin.display(description=_("Allowed Redirect URL(s)"))
    def redirect_uris(self, client: Client) -> SafeString:
        return _urls(client, REDIRECT)

    @admin.display(description=_("Allowed Logout Redirect URL(s)"))
    def logout_uris(self, client: Client) -> SafeString:
        return _urls(client, LOGOUT_REDIRECT)

    @admin.display(description=_("Allowed CORS Origin(s)"))
    def cors_origins(self, client: Client) -> SafeString:
        return _urls(client, CORS_ORIGIN)

    @admin.display(description=_("Not removed"))
    def present_secrets(self, client: Client) -> SafeString:
        secrets = client.secrets.filter(removed_at=None)
        rows = ((page_of(secret), secret) for secret in secrets)
        return lines('<a href="{}">{}</a>', rows)

    def links_above_list(self) -> list[Link]:
        return [Link(gettext("Add Client"), reverse("admin:clients_app_client_add"))]

    def links_above(self, obj: Client) -> list[Link]:
        return [*_deeds_on(obj), *super().links_above(obj)]


def _deeds_on(client: Client) -> list[Link]:
    """Return the buttons of what can be done with the client as it is."""
    names = []
    if client.removed_at is None:
        state = ("client-disable", gettext("Disable Client"))
        if not client.is_enabled:
            state = ("client-enable", gettext("Enable Client"))
        end_tokens = ("client-tokens-end", gettext("Revoke all tokens of this client"))
        names = [state, end_tokens, ("client-remove", gettext("Remove Client"))]
        if client.type.has_secrets:
            names.insert(0, ("secret-add", gettext("Add Secret")))
    elif client.removed_at > timezone.now() - RESTORABLE:
        names = [("client-restore", gettext("Restore Client"))]
    return [Link(label, reverse(f"admin:{name}", args=[client.pk])) for name, label in names]


def _urls(client: Client, kind: UrlKind) -> SafeString:
    return lines("{}", client.urls.filter(kind=kind.id).values_list("url"))
