"""Roles, and the operations on custom ones."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.operations.roles import role_add, role_edit, role_remove
from clients_app.admin.read_only import ReadOnlyAdmin
from clients_app.models import Role


class RoleAdmin(ReadOnlyAdmin):
    operations = (role_add, role_edit, role_remove)
    list_display = ("name", "tenant", "is_custom", "description", "client_count", "person_count")
    list_filter = (filters.TENANT, filters.ROLE_TYPE)
    list_select_related = ("tenant",)
    ordering = ("name_key",)
    search_fields = ("name_key__contains",)
    search_help_text = "Name or id"
    fields = (
        *("id", "role_type_id", "name", "description", "tenant"),
        *("client_count", "person_count", "created_at", "updated_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        present = Q(clients__removed_at=None)
        return (
            super()
            .get_queryset(request)
            .annotate(
                present_clients=Count("clients", filter=present, distinct=True),
                holders=Count("people", distinct=True),
            )
        )

    @admin.display(description=_("Custom"), boolean=True)
    def is_custom(self, role: Role) -> bool:
        return not role.is_built_in

    @admin.display(description=_("Clients"))
    def client_count(self, role: Any) -> int:
        return role.present_clients

    @admin.display(description=_("People"))
    def person_count(self, role: Any) -> int:
        return role.holders
