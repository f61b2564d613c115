"""Signing keys: their public facts."""

from django.db.models import Q

from clients_app.admin.read_only import ReadOnly


class SigningKeyAdmin(ReadOnly):
    list_display = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at")
    list_filter = ("state",)
    ordering = ("-created_at",)
    search_fields = ("kid",)
    search_help_text = "Key id (kid) or id"
    fields = (
        "id",
        "kid",
        "algorithm",
        "state",
        "public_jwk",
        "created_at",
        "activated_at",
        "retired_at",
    )

    def named(self, key: str) -> Q:
        return Q(kid__icontains=key)
