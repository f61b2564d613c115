"""Roles: Add, Edit and Remove for custom ones."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.filters import ByTenant, RoleType
from clients_app.admin.operations.roles import role_add, role_edit, role_remove
from clients_app.admin.read_only import Link, Operation, ReadOnly
from clients_app.models import Role
from clients_app.permissions import Action


class RoleAdmin(ReadOnly):
    can_add = True
    operations = (
        Operation("add/", role_add, "clients_app_role_add", Action.ADD_ROLE),
        Operation("<uuid:role_id>/edit/", role_edit, "role-edit", Action.EDIT_ROLE),
        Operation("<uuid:role_id>/remove/", role_remove, "role-remove", Action.REMOVE_ROLE),
    )
    list_display = ("name", "tenant", "is_custom", "description", "clients_with", "people_with")
    list_filter = (ByTenant, RoleType)
    list_select_related = ("tenant",)
    ordering = ("name_key",)
    search_fields = ("name",)
    search_help_text = "Name or id"
    fields = (
        "id",
        "role_type_id",
        "name",
        "description",
        "tenant",
        "clients_with",
        "people_with",
        "created_at",
        "updated_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        present = Q(clients__removed_at=None)
        return (
            super()
            .get_queryset(request)
            .annotate(
                client_count=Count("clients", filter=present, distinct=True),
                person_count=Count("people", distinct=True),
            )
        )

    def named(self, key: str) -> Q:
        return Q(name_key__contains=key)

    @admin.display(description=_("Custom"), boolean=True)
    def is_custom(self, role: Role) -> bool:
        return not role.is_built_in

    @admin.display(description=_("Clients"))
    def clients_with(self, role: Any) -> int:
        return role.client_count

    @admin.display(description=_("People"))
    def people_with(self, role: Any) -> int:
        return role.person_count

    def links_above_list(self) -> list[Link]:
        return [Link(gettext("Add Role"), reverse("admin:clients_app_role_add"))]

    def links_above(self, obj: Role) -> list[Link]:
        if obj.is_built_in:
            return super().links_above(obj)
        return [
            Link(gettext("Edit Role"), reverse("admin:role-edit", args=[obj.pk])),
            Link(gettext("Remove Role"), reverse("admin:role-remove", args=[obj.pk])),
            *super().links_above(obj),
        ]
