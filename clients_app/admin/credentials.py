"""Public keys and federated identities: what they accept, and Remove."""

import json
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.columns import on_lines
from clients_app.admin.operations.credentials import identity_remove, key_remove
from clients_app.admin.read_only import OfClientAdmin
from clients_app.models import ClientKey, FederatedIdentity
from clients_app.rules.expiry import is_expired
from clients_app.rules.federation.presets import grade_of
from clients_app.selectors.credentials.identities import trust_of_row


class _CredentialAdmin(OfClientAdmin):
    list_filter = (filters.TENANT_OF_CLIENT, filters.SECRET_STATE)
    list_select_related = ("client__tenant",)
    ordering = ("-id",)
    date_hierarchy = "created_at"
    search_fields = ("description_key__contains", "client__name_key__contains")
    search_help_text = "Description, or name or id of the client"

    @admin.display(description=_("State"))
    def state(self, row: Any) -> str:
        if row.removed_at is not None:
            return gettext("Removed")
        is_over = is_expired(row.expires_at, timezone.now())
        return gettext("Expired") if is_over else gettext("Live")


_LIST = ("__str__", "client", "tenant", "state", "expires_at", "created_at", "created_by")
_BEGIN = ("id", "client", "tenant", "description")
_END = ("state", "expires_at", "created_at", "created_by", "removed_at", "removed_by")


class ClientKeyAdmin(_CredentialAdmin):
    operations = (key_remove,)
    list_display = _LIST
    fields = (*_BEGIN, "public_key", "thumbprint", "jwks_url", "replaces", *_END)

    @admin.display(description=_("Public Key"))
    def public_key(self, key: ClientKey) -> str:
        return json.dumps(key.jwk) if key.jwk else gettext("Published at the JWKS URL")


class FederatedIdentityAdmin(_CredentialAdmin):
    operations = (identity_remove,)
    list_display = _LIST
    fields = (
        *(*_BEGIN, "preset", "issuer", "audience", "subject_rule", "other_claims", "grade"),
        *("issuer_keys", *_END),
    )

    @admin.display(description=_("Other claims"))
    def other_claims(self, identity: FederatedIdentity) -> str:
        return on_lines("{} = {}", sorted(identity.claim_rules.items()))

    @admin.display(description=_("Grade"))
    def grade(self, identity: FederatedIdentity) -> str:
        return gettext(grade_of(trust_of_row(identity)).sentence)

    @admin.display(description=_("Keys of the issuer"))
    def issuer_keys(self, identity: FederatedIdentity) -> str:
        keys = (identity.jwks or {}).get("keys", [])
        return on_lines("{}", ((key["kid"],) for key in keys)) if keys else gettext("By discovery")
