"""Audit events: the record of who did what, which nobody changes."""

from django.contrib import admin
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import audit
from clients_app.admin.columns import lines, words
from clients_app.admin.filters import ActionOfEvent, ByTenant
from clients_app.admin.read_only import Link, ReadOnly
from clients_app.models import AuditEvent


class AuditEventAdmin(ReadOnly):
    list_display = ("at", "tenant", "sequence", "sentence", "actor_name", "address")
    list_filter = (ByTenant, ActionOfEvent)
    list_select_related = ("tenant",)
    ordering = ("-id",)
    date_hierarchy = "at"
    search_fields = ("object_name",)
    search_help_text = "Name or id of what was changed, or of who did it"
    fields = (
        "tenant",
        "sequence",
        "at",
        "sentence",
        "changes",
        "action",
        "outcome",
        "actor_kind",
        "actor_name",
        "actor_id",
        "address",
        "operation_id",
        "object_kind",
        "object_name",
        "object_id",
        "client_id",
    )

    def named(self, key: str) -> Q:
        return Q(object_name__icontains=key) | Q(actor_name__icontains=key)

    def of(self, guid: object) -> Q:
        text = str(guid)
        return Q(client_id=guid) | Q(object_id=text) | Q(actor_id=text) | Q(operation_id=text)

    @admin.display(description=_("What happened"))
    def sentence(self, event: AuditEvent) -> str:
        return audit.sentence(event)

    @admin.display(description=_("Changes"))
    def changes(self, event: AuditEvent) -> SafeString:
        rows = ((one.label, _shown(one.before), _shown(one.after)) for one in audit.changes(event))
        return lines("{}: {} → {}", rows)

    def links_above(self, obj: AuditEvent) -> list[Link]:
        return []


def _shown(value: object) -> str:
    if value is None or value == "":
        return gettext("nothing")
    return words(value) if isinstance(value, list) else str(value)
