"""APIs of all tenants, and the operations on those that a tenant added."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.columns import joined, on_lines
from clients_app.admin.operations.apis import api_add, api_edit, api_remove
from clients_app.admin.read_only import ReadOnlyAdmin
from clients_app.models import Api
from clients_app.selectors.apis.apis import callers_of


class ApiAdmin(ReadOnlyAdmin):
    operations = (api_add, api_edit, api_remove)
    list_display = ("name", "tenant", "shown_identifier", "scope_count")
    list_filter = (filters.TENANT,)
    list_select_related = ("tenant",)
    ordering = ("tenant_id", "name_key")
    search_fields = ("name_key__contains", "custom_identifier__icontains")
    search_help_text = "Name, Identifier or id"
    fields = (
        *("id", "tenant", "name", "shown_identifier", "description", "scope_lines"),
        *("client_count", "introspector_names"),
        *("created_at", "created_by", "updated_at", "updated_by"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("scopes")

    @admin.display(description=_("Identifier"))
    def shown_identifier(self, api: Api) -> str:
        return api.identifier

    @admin.display(description=_("Scopes"))
    def scope_count(self, api: Api) -> int:
        return len(api.scope_names())

    @admin.display(description=_("Scopes"))
    def scope_lines(self, api: Api) -> SafeString:
        described = {scope.name: scope.description for scope in api.scopes.all()}
        return on_lines("{} {}", ((name, described.get(name, "")) for name in api.scope_names()))

    @admin.display(description=_("Clients"))
    def client_count(self, api: Api) -> int:
        return callers_of(api).count()

    @admin.display(description=_("Clients that may ask about its tokens"))
    def introspector_names(self, api: Api) -> str:
        return joined(api.introspectors.order_by("name_key"))
