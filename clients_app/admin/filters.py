"""Filters beside the lists. Their values are chosen, and anything else filters nothing."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.audit.sentences import SENTENCES
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.tenants.installation import tenants

Choices = list[tuple[str, str]]


class ByTenant(admin.SimpleListFilter):
    title = _("tenant")
    parameter_name = "tenant"
    column = "tenant"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        named = tenants().order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tenant_id: UUID | None = parse_client_id(self.value() or "")
        return queryset if tenant_id is None else queryset.filter(**{self.column: tenant_id})


class ByTenantOfClient(ByTenant):
    column = "client__tenant"


class ClientState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("active", gettext("Active")),
            ("disabled", gettext("Disabled")),
            ("removed", gettext("Removed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "active":
                return queryset.filter(removed_at=None, is_enabled=True)
            case "disabled":
                return queryset.filter(removed_at=None, is_enabled=False)
            case "removed":
                return queryset.exclude(removed_at=None)
        return queryset


class SecretState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("live", gettext("Live")),
            ("expired", gettext("Expired")),
            ("removed", gettext("Removed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        match self.value():
            case "live":
                return queryset.filter(Q(expires_at=None) | Q(expires_at__gt=now), removed_at=None)
            case "expired":
                return queryset.filter(removed_at=None, expires_at__lte=now)
            case "removed":
                return queryset.exclude(removed_at=None)
        return queryset


class RoleType(admin.SimpleListFilter):
    title = _("Role Type")
    parameter_name = "role_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("custom", gettext("Tenant Custom")), ("built-in", gettext("Built-in"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "custom":
                return queryset.filter(role_type_id=TENANT_CUSTOM)
            case "built-in":
                return queryset.exclude(role_type_id=TENANT_CUSTOM)
        return queryset


class ActionOfEvent(admin.SimpleListFilter):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(action, action) for action in SENTENCES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() in SENTENCES else queryset
