"""Secrets: their descriptions and expirations, never their digests."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.operations.secrets import secret_remove, secret_rotate
from clients_app.admin.read_only import OfClientAdmin
from clients_app.models import ClientSecret
from clients_app.rules.expiry import is_expired


class ClientSecretAdmin(OfClientAdmin):
    operations = (secret_rotate, secret_remove)
    list_display = (
        "__str__",
        "client",
        "tenant",
        "state",
        "expires_at",
        "created_at",
        "created_by",
    )
    list_filter = (filters.TENANT_OF_CLIENT, filters.SECRET_STATE)
    list_select_related = ("client__tenant",)
    ordering = ("-id",)
    date_hierarchy = "created_at"
    search_fields = ("description_key__contains", "client__name_key__contains")
    search_help_text = "Description, or name or id of the client"
    fields = (
        *("id", "client", "tenant", "description", "last_four", "replaces", "state"),
        *("expires_at", "created_at", "created_by", "removed_at", "removed_by"),
    )

    @admin.display(description=_("State"))
    def state(self, secret: ClientSecret) -> str:
        if secret.removed_at is not None:
            return gettext("Removed")
        is_over = is_expired(secret.expires_at, timezone.now())
        return gettext("Expired") if is_over else gettext("Live")
