"""Clients of all tenants, and their operations."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.columns import joined, on_lines
from clients_app.admin.near_misses import near_miss_line
from clients_app.admin.operations import client_state
from clients_app.admin.operations.client_add import client_add
from clients_app.admin.operations.identities import identity_add
from clients_app.admin.operations.public_keys import assertions_edit, key_add
from clients_app.admin.operations.secrets import secret_add, secrets_end
from clients_app.admin.operations.token_trial import token_trial
from clients_app.admin.pages import page_of
from clients_app.admin.read_only import WithRolesAdmin
from clients_app.models import Client
from clients_app.rules.alerts import SHORT, AlertKind
from clients_app.rules.client_fields import APPLICATION_URLS, LINES, Line
from clients_app.rules.client_types import URL_KINDS, UrlKind
from clients_app.rules.health import EXPLAINED
from clients_app.selectors.clients.filters import FOUND_BY, contains
from clients_app.selectors.credentials.near_misses import near_misses_of


def _urls(kind: UrlKind) -> Any:  # the stubs of Django take only names as fields
    def urls(client: Client) -> SafeString:
        return on_lines("{}", client.urls.filter(kind=kind.id).values_list("url"))

    urls.__name__ = kind.path
    return admin.display(urls, description=_(kind.label))


def _line(line: Line) -> Any:
    def text(client: Client) -> str:
        return getattr(client, line.name) or "-"

    text.__name__ = f"{line.name}_text"
    return admin.display(text, description=_(line.label))


def _group(title: Any, *fields: Any) -> tuple[Any, Any]:
    return title, {"fields": fields}


class ClientAdmin(WithRolesAdmin):
    operations = (
        client_add,
        secret_add,
        key_add,
        identity_add,
        assertions_edit,
        secrets_end,
        token_trial,
        client_state.client_disable,
        client_state.client_enable,
        client_state.client_tokens_end,
        client_state.client_remove,
        client_state.client_restore,
    )
    list_display = (
        *("name", "id", "tenant", "client_type", "state", "role_names"),
        *("next_expires_at", "last_token_at"),
    )
    list_filter = (filters.TENANT, "client_type", filters.CLIENT_STATE)
    list_select_related = ("tenant",)
    ordering = ("tenant_id", "client_type", "name_key")  # the order of the index
    search_fields = ("name",)
    search_help_text = capfirst(FOUND_BY)
    fieldsets = (
        _group(
            None,
            *("id", "tenant", "client_type", "name", "state"),
            *(line.name for line in LINES),
            *("tag_names", "role_names", "owner_names", "token_lifetime", "may_introspect"),
            *("may_rotate_own_secrets", "may_add_secrets"),
            "muted_alerts",
        ),
        _group(
            _("Authorization Code and Hybrid"),
            *map(_urls, URL_KINDS),
            "allow_refresh_token",
            *map(_line, APPLICATION_URLS),
            "is_first_party",
        ),
        _group(
            _("Secrets"),
            *("next_expires_at", "present_secrets", "present_keys", "present_identities"),
            *("demands_assertion_type", "accepts_token_endpoint_audience", "near_misses"),
        ),
        _group(
            _("What happened"),
            *("last_token_at", "last_refused_at", "tokens_not_before", "created_at", "created_by"),
            *("updated_at", "updated_by", "removed_at", "removed_by"),
        ),
    )

    def search_for(self, key: str) -> Q:
        return contains(key)

    @admin.display(description=_("State"))
    def state(self, client: Client) -> str:
        if client.removed_at is not None:
            return gettext("Removed")
        return gettext(EXPLAINED[client.health(timezone.now())].label)

    @admin.display(description=_("Tags"))
    def tag_names(self, client: Client) -> str:
        return joined(client.tags.all())

    @admin.display(description=_("Owners"))
    def owner_names(self, client: Client) -> str:
        return joined(
            str(owner)
            if owner.is_active
            else gettext("%(name)s (cannot sign in)") % {"name": owner}
            for owner in client.owners.all()
        )

    @admin.display(description=_("Muted alerts"))
    def muted_alerts(self, client: Client) -> str:
        return joined(gettext(SHORT[kind]) for kind in AlertKind if getattr(client, kind.mute))

    @admin.display(description=_("First-party application"), boolean=True)
    def is_first_party(self, client: Client) -> bool:
        return client.skips_consent

    @admin.display(description=_("Token Lifetime"))
    def token_lifetime(self, client: Client) -> str:
        return gettext("%(n)s seconds") % {"n": client.token_lifetime_s}

    @admin.display(description=_("Not removed"))
    def present_secrets(self, client: Client) -> SafeString:
        return _links(client.secrets.filter(removed_at=None))

    @admin.display(description=_("Public keys"))
    def present_keys(self, client: Client) -> SafeString:
        return _links(client.keys.filter(removed_at=None))

    @admin.display(description=_("Federated identities"))
    def present_identities(self, client: Client) -> SafeString:
        return _links(client.identities.filter(removed_at=None))

    @admin.display(description=_("Near misses"))
    def near_misses(self, client: Client) -> SafeString:
        rows = near_misses_of(client, now=timezone.now())
        return on_lines("{}", ((near_miss_line(row),) for row in rows))


def _links(rows: Iterable[Any]) -> SafeString:
    return on_lines('<a href="{}">{}</a>', ((page_of(row), row) for row in rows))
