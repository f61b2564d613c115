"""Secrets without their digests, public keys and federated identities."""

import json
from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin import filters
from clients_app.admin.columns import on_lines
from clients_app.admin.operations.identities import identity_edit, identity_remove
from clients_app.admin.operations.kinds import is_live
from clients_app.admin.operations.public_keys import key_edit, key_remove, key_rotate
from clients_app.admin.operations.secrets import secret_edit, secret_remove, secret_rotate
from clients_app.admin.read_only import OfClientAdmin
from clients_app.models import ClientKey, FederatedIdentity
from clients_app.rules.federation.presets import grade_of
from clients_app.selectors.credentials.identities import trust_of_row


class _CredentialAdmin(OfClientAdmin):
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

    @admin.display(description=_("State"))
    def state(self, row: Any) -> str:
        if row.removed_at is not None:
            return gettext("Removed")
        return gettext("Live") if is_live(row) else gettext("Expired")


_BEGIN = ("id", "client", "tenant", "description")
_END = ("state", "expires_at", "created_at", "created_by", "removed_at", "removed_by")


class ClientSecretAdmin(_CredentialAdmin):
    operations = (secret_edit, secret_rotate, secret_remove)
    fields = (*_BEGIN, "last_four", "replaces", *_END)


class ClientKeyAdmin(_CredentialAdmin):
    operations = (key_edit, key_rotate, key_remove)
    fields = (*_BEGIN, "public_key", "thumbprint", "jwks_url", "replaces", *_END)

    @admin.display(description=_("Public Key"))
    def public_key(self, key: ClientKey) -> str:
        return json.dumps(key.jwk) if key.jwk else gettext("Published at the JWKS URL")


class FederatedIdentityAdmin(_CredentialAdmin):
    operations = (identity_edit, identity_remove)
    fields = (
        *(*_BEGIN, "preset", "issuer", "audience", "subject_rule", "other_claims", "grade"),
        *("issuer_keys", *_END),
    )

    @admin.display(description=_("Other claims"))
    def other_claims(self, identity: FederatedIdentity) -> SafeString:
        return on_lines("{} = {}", sorted(identity.claim_rules.items()))

    @admin.display(description=_("Grade"))
    def grade(self, identity: FederatedIdentity) -> str:
        return gettext(grade_of(trust_of_row(identity)).sentence)

    @admin.display(description=_("Keys of the issuer"))
    def issuer_keys(self, identity: FederatedIdentity) -> str:
        keys = (identity.jwks or {}).get("keys", [])
        return on_lines("{}", ((key["kid"],) for key in keys)) if keys else gettext("By discovery")
