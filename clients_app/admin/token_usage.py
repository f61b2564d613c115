"""Token usage: how many tokens each secret obtained in each hour."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients_app.admin.filters import ByTenantOfClient
from clients_app.admin.read_only import Link, ReadOnly, activity_link
from clients_app.models import TokenUsage


class TokenUsageAdmin(ReadOnly):
    list_display = ("hour", "client", "tenant", "secret", "tokens", "last_at", "last_address")
    list_filter = (ByTenantOfClient,)
    list_select_related = ("client__tenant", "secret")
    ordering = ("-hour", "-id")
    date_hierarchy = "hour"
    search_fields = ("client",)
    search_help_text = "Name or id of the client"
    fields = ("client", "tenant", "secret", "hour", "tokens", "last_at", "last_address")

    def named(self, key: str) -> Q:
        return Q(client__name_key__contains=key)

    def of(self, guid: object) -> Q:
        return Q(client_id=guid)

    @admin.display(description=_("Tenant"))
    def tenant(self, usage: TokenUsage) -> str:
        return str(usage.client.tenant)

    def links_above(self, obj: TokenUsage) -> list[Link]:
        return [activity_link(obj.client_id)]
