"""Token usage: how many tokens each credential got in each hour or, after 90 days, each day."""

from clients_app.admin import filters
from clients_app.admin.read_only import OfClientAdmin


class TokenUsageAdmin(OfClientAdmin):
    list_display = (
        "hour",
        "is_day",
        "client",
        "tenant",
        "secret",
        "key",
        "identity",
        "tokens",
        "last_at",
        "last_address",
    )
    list_filter = (filters.TENANT_OF_CLIENT,)
    list_select_related = ("client__tenant", "secret", "key", "identity")
    ordering = ("-hour", "-id")
    date_hierarchy = "hour"
    search_fields = ("client__name_key__contains",)
    search_help_text = "Name or id of the client"
    fields = (
        *("client", "tenant", "secret", "key", "identity"),
        *("hour", "is_day", "tokens", "last_at", "last_address"),
    )
