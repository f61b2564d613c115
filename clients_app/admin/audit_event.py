"""Audit events: who did what, a record that nobody changes."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import audit
from clients_app.admin import filters
from clients_app.admin.columns import joined, on_lines
from clients_app.admin.read_only import Link, ReadOnlyAdmin
from clients_app.models import AuditEvent


class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "tenant", "sequence", "sentence", "actor_name", "address")
    list_filter = (filters.TENANT, filters.ACTION)
    list_select_related = ("tenant",)
    ordering = ("-id",)
    date_hierarchy = "at"
    search_fields = ("search_key__contains",)
    search_help_text = "Name or id of the changed object, or of the person or client who changed it"
    id_fields = ("client_id", "object_id", "actor_id", "operation_id")
    fields = (
        *("tenant", "sequence", "at", "sentence", "changes", "action", "outcome"),
        *("actor_kind", "actor_name", "actor_id", "address", "operation_id"),
        *("object_kind", "object_name", "object_id", "client_id"),
    )

    @admin.display(description=_("What happened"))
    def sentence(self, event: AuditEvent) -> str:
        return audit.sentence(event)

    @admin.display(description=_("Changes"))
    def changes(self, event: AuditEvent) -> SafeString:
        rows = ((one.label, _text(one.before), _text(one.after)) for one in audit.changes(event))
        return on_lines("{}: {} → {}", rows)

    def links_above(self, obj: AuditEvent) -> list[Link]:
        return []


def _text(value: object) -> str:
    if value is None or value == "":
        return gettext("nothing")
    return joined(value) if isinstance(value, list) else str(value)
