"""Tenants: the organisations, which the command line adds."""

from django.urls import reverse
from django.utils.translation import gettext

from clients_app.admin.read_only import Link, ReadOnlyAdmin
from clients_app.models import Tenant


class TenantAdmin(ReadOnlyAdmin):
    list_display = ("name", "id", "alias", "created_at")
    ordering = ("name",)
    search_fields = ("name__icontains",)
    search_help_text = "Name or id"
    fields = ("id", "name", "alias", "created_at", "updated_at")

    def links_above(self, obj: Tenant) -> list[Link]:
        return [
            Link(label, f"{reverse(f'admin:clients_app_{model}_changelist')}?tenant={obj.pk}")
            for label, model in (
                (gettext("Clients"), "client"),
                (gettext("Roles"), "role"),
                (gettext("People"), "person"),
                (gettext("Activity"), "auditevent"),
            )
        ]
