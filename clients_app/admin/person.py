"""People: who they are and what they hold; nothing of how they sign in."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clients_app.admin.columns import words
from clients_app.admin.filters import ByTenant
from clients_app.admin.read_only import ReadOnly
from clients_app.models import Person


class PersonAdmin(ReadOnly):
    list_display = ("username", "name", "tenant", "held_roles", "is_active", "is_staff")
    list_filter = (ByTenant, "is_active", "is_staff")
    list_select_related = ("tenant",)
    ordering = ("username_key",)
    search_fields = ("username",)
    search_help_text = "Username, name, e-mail address or id"
    fields = (
        "id",
        "username",
        "name",
        "email",
        "tenant",
        "held_roles",
        "is_active",
        "is_staff",
        "time_zone",
        "theme",
        "last_login",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("roles")

    def named(self, key: str) -> Q:
        return Q(username_key__contains=key) | Q(name__icontains=key) | Q(email_key__contains=key)

    @admin.display(description=_("Roles"))
    def held_roles(self, person: Person) -> str:
        return words(sorted(role.name for role in person.roles.all()))
