"""Signing keys: their public facts, and their operations."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.signing_keys import key_revoke, keys_rotate
from clients_app.admin.read_only import ReadOnlyAdmin
from clients_app.models import SigningKey


class SigningKeyAdmin(ReadOnlyAdmin):
    operations = (keys_rotate, key_revoke)
    list_display = ("kid", "kind", "state", "signs_from", "retired_at")
    list_filter = ("state",)
    ordering = ("-created_at",)
    search_fields = ("kid__icontains",)
    search_help_text = "Key id (kid) or id"
    fields = (
        *("id", "kid", "kind", "state", "public_jwk"),
        *("created_at", "signs_from", "activated_at", "retired_at", "removed_at"),
    )

    @admin.display(description=_("Algorithm"), ordering="algorithm")
    def kind(self, key: SigningKey) -> str:
        if key.bits is None:
            return key.algorithm
        return gettext("%(name)s, %(n)s bits") % {"name": key.algorithm, "n": key.bits}
