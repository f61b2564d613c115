"""People: who they are and which roles they have, nothing about how they sign in."""

from clients_app.admin import filters
from clients_app.admin.read_only import WithRolesAdmin


class PersonAdmin(WithRolesAdmin):
    list_display = ("username", "name", "tenant", "role_names", "is_active", "is_staff")
    list_filter = (filters.TENANT, "is_active", "is_staff")
    list_select_related = ("tenant",)
    ordering = ("username_key",)
    search_fields = ("username_key__contains", "name_key__contains", "email_key__contains")
    search_help_text = "Username, name, email address or id"
    fields = (
        *("id", "username", "name", "email", "tenant", "role_names", "is_active", "is_staff"),
        *("time_zone", "theme", "last_login", "invitation_ends_at", "created_at"),
    )
