"""Signing keys: their public facts; Rotate Keys and Revoke Key."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.keys import key_revoke, keys_rotate
from clients_app.admin.read_only import Link, Operation, ReadOnly
from clients_app.models import SigningKey
from clients_app.permissions import Action


class SigningKeyAdmin(ReadOnly):
    operations = (
        Operation("rotate/", keys_rotate, "keys-rotate", Action.MANAGE_INSTALLATION),
        Operation("<uuid:key_id>/revoke/", key_revoke, "key-revoke", Action.MANAGE_INSTALLATION),
    )
    list_display = ("kid", "kind", "state", "signs_from", "retired_at")
    list_filter = ("state",)
    ordering = ("-created_at",)
    search_fields = ("kid",)
    search_help_text = "Key id (kid) or id"
    fields = (
        "id",
        "kid",
        "kind",
        "state",
        "public_jwk",
        "created_at",
        "signs_from",
        "activated_at",
        "retired_at",
        "removed_at",
    )

    def named(self, key: str) -> Q:
        return Q(kid__icontains=key)

    @admin.display(description=_("Algorithm"), ordering="algorithm")
    def kind(self, key: SigningKey) -> str:
        if key.bits is None:
            return key.algorithm
        return gettext("%(name)s, %(n)s bits") % {"name": key.algorithm, "n": key.bits}

    def links_above_list(self) -> list[Link]:
        return [Link(gettext("Rotate Keys"), reverse("admin:keys-rotate"))]

    def links_above(self, obj: SigningKey) -> list[Link]:
        links = super().links_above(obj)
        if obj.state != SigningKey.State.REMOVED:
            url = reverse("admin:key-revoke", args=[obj.pk])
            links.insert(0, Link(gettext("Revoke Key"), url))
        return links
