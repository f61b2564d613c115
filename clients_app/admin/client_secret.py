"""Secrets: what they are for and when they end; never their digests, and never changed by hand."""

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.filters import ByTenantOfClient, SecretState
from clients_app.admin.operations.secrets import secret_remove, secret_rotate
from clients_app.admin.read_only import Link, Operation, ReadOnly, activity_link
from clients_app.models import ClientSecret
from clients_app.permissions import Action
from clients_app.rules.expiry import is_expired


class ClientSecretAdmin(ReadOnly):
    operations = (
        Operation("<int:secret_id>/rotate/", secret_rotate, "secret-rotate", Action.ROTATE_SECRET),
        Operation("<int:secret_id>/remove/", secret_remove, "secret-remove", Action.REMOVE_SECRET),
    )
    list_display = (
        "__str__",
        "client",
        "tenant",
        "state",
        "expires_at",
        "created_at",
        "created_by",
    )
    list_filter = (ByTenantOfClient, SecretState)
    list_select_related = ("client__tenant",)
    ordering = ("-id",)
    date_hierarchy = "created_at"
    search_fields = ("description",)
    search_help_text = "Description, or name or id of the client"
    fields = (
        "id",
        "client",
        "tenant",
        "description",
        "last_four",
        "replaces",
        "state",
        "expires_at",
        "created_at",
        "created_by",
        "removed_at",
        "removed_by",
    )

    def named(self, key: str) -> Q:
        return Q(description__icontains=key) | Q(client__name_key__contains=key)

    def of(self, guid: object) -> Q:
        return Q(client_id=guid)

    @admin.display(description=_("Tenant"))
    def tenant(self, secret: ClientSecret) -> str:
        return str(secret.client.tenant)

    @admin.display(description=_("State"))
    def state(self, secret: ClientSecret) -> str:
        if secret.removed_at is not None:
            return gettext("Removed")
        if is_expired(secret.expires_at, timezone.now()):
            return gettext("Expired")
        return gettext("Live")

    def links_above(self, obj: ClientSecret) -> list[Link]:
        links = [activity_link(obj.client_id)]
        if obj.removed_at is None:
            url = reverse("admin:secret-remove", args=[obj.pk])
            links.insert(0, Link(gettext("Remove Secret"), url))
            if not is_expired(obj.expires_at, timezone.now()):
                url = reverse("admin:secret-rotate", args=[obj.pk])
                links.insert(0, Link(gettext("Rotate Secret"), url))
        return links
