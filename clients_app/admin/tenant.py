"""Tenants: the organisations, which the command line adds."""

from django.urls import reverse
from django.utils.translation import gettext

from clients_app.admin.operations.tenants import tenant_rename
from clients_app.admin.read_only import Link, ReadOnlyAdmin
from clients_app.models import Tenant


class TenantAdmin(ReadOnlyAdmin):
    operations = (tenant_rename,)
    list_display = ("name", "id", "alias", "created_at")
    ordering = ("name",)
    search_fields = ("name_key__contains",)
    search_help_text = "Name or id"
    fields = ("id", "name", "alias", "created_at", "updated_at")

    def links_above(self, obj: Tenant) -> list[Link]:
        rename = self.operations[0]
        return [
            Link(str(rename.label), reverse(f"admin:{rename.name}", args=[obj.pk])),
            *(
                Link(label, f"{reverse(f'admin:clients_app_{model}_changelist')}?tenant={obj.pk}")
                for label, model in (
                    (gettext("Clients"), "client"),
                    (gettext("APIs"), "api"),
                    (gettext("Roles"), "role"),
                    (gettext("People"), "person"),
                    (gettext("Activity"), "auditevent"),
                )
            ),
        ]
