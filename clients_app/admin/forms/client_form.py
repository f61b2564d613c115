"""A new client with its first secret: which fields there are depends on its Client Type."""

import re
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import DeedForm, line
from clients_app.admin.forms.secret_form import SECRET_FIELDS, SecretForm
from clients_app.limits import TOKEN_LIFETIME_DEFAULT_S
from clients_app.models import ClientType, Tenant
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.names import clean_client_name, split_tags
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.tenants.installation import tenants
from clients_app.services.clients.drafts import ClientDraft

_ROLES: Final = ("roles", "confirm_admin")
_URLS: Final = ("redirect_uris", "post_logout_redirect_uris")
_MORE: Final = ("token_lifetime", "description", "contact", "tags")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    ClientType.CLIENT_CREDENTIALS: ("name", *_ROLES, *_MORE, "may_introspect", *SECRET_FIELDS),
    ClientType.AUTHORIZATION_CODE: (
        "name",
        *_URLS,
        "allowed_cors_origins",
        "allow_refresh_token",
        *_MORE,
    ),
    ClientType.HYBRID: (
        *("name", *_URLS, "allow_refresh_token", *_MORE, "may_introspect"),
        *SECRET_FIELDS,
    ),
}


class TenantAndTypeForm(forms.Form):
    """Where the client is added, and as what; the next form depends on both."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    type = forms.ChoiceField(choices=ClientType.choices, label=_("Client Type"))


class ClientForm(SecretForm):
    """The service has the last word: it checks what no single field can say."""

    name = line(_("Name"))
    roles = forms.MultipleChoiceField(
        required=False,
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tenant Member is always among them."),
        error_messages={
            "invalid_choice": _("Select roles from the list. One of them is not there any more.")
        },
    )
    confirm_admin = forms.BooleanField(
        required=False,
        label=_("This client becomes a Tenant Administrator"),
        help_text=_("Needed where Tenant Administrator is among the roles."),
    )
    redirect_uris = forms.CharField(
        required=False,
        label=_("Allowed Redirect URL(s)"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("One in each line."),
    )
    post_logout_redirect_uris = forms.CharField(
        required=False,
        label=_("Allowed Logout Redirect URL(s)"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("One in each line."),
    )
    allowed_cors_origins = forms.CharField(
        required=False,
        label=_("Allowed CORS Origin(s)"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("One in each line."),
    )
    allow_refresh_token = forms.BooleanField(required=False, label=_("Allow Refresh Token"))
    token_lifetime = line(_("Token Lifetime"), help_text=_("Seconds, 60 to 3600."))
    description = line(_("Description"))
    contact = line(_("Contact"))
    tags = line(_("Tags"), help_text=_("Commas between them."))
    may_introspect = forms.BooleanField(
        required=False,
        label=_("May introspect tokens"),
        help_text=_("For an API that asks the portal about the tokens it receives."),
    )

    def __init__(self, *args: Any, tenant: Tenant, client_type: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client_type = client_type
        for name in set(self.fields) - set(FIELDS[client_type]):
            del self.fields[name]
        self.order_fields(FIELDS[client_type])
        self.initial.setdefault("token_lifetime", str(TOKEN_LIFETIME_DEFAULT_S))
        if "roles" in self.fields:
            roles: Any = self.fields["roles"]
            roles.choices = [
                (str(role.pk), role.name) for role in tenant_roles(tenant.pk) if not role.is_member
            ]

    def clean_name(self) -> str:
        return self.obey(clean_client_name, "name")

    def clean_token_lifetime(self) -> int:
        return self.obey(parse_token_lifetime, "token_lifetime")

    def clean_tags(self) -> list[str]:
        return self.obey(split_tags, "tags")

    def client_draft(self) -> ClientDraft:
        """Return the client as the service takes it."""
        given = self.cleaned_data
        return ClientDraft(
            name=given["name"],
            client_type=self.client_type,
            role_ids=frozenset(UUID(role) for role in given.get("roles", [])),
            confirms_administrator=given.get("confirm_admin", False),
            token_lifetime_s=given["token_lifetime"],
            description=given["description"],
            contact=given["contact"],
            tags=tuple(given["tags"]),
            redirect_uris=self._lines("redirect_uris"),
            logout_uris=self._lines("post_logout_redirect_uris"),
            cors_origins=self._lines("allowed_cors_origins"),
            allow_refresh_token=given.get("allow_refresh_token", False),
            may_introspect=given.get("may_introspect", False),
        )

    @property
    def has_secret(self) -> bool:
        """Tell whether clients of this type come with a first secret."""
        return "expiration" in self.fields

    def _lines(self, name: str) -> tuple[str, ...]:
        lines = re.split("\r?\n", self.cleaned_data.get(name, ""))
        return tuple(one.strip() for one in lines if one.strip())


class RestoreForm(DeedForm):
    """A removed client comes back under a name that is free."""

    name = line(_("Name"))


class RemoveClientForm(DeedForm):
    """Typing the name is asked for where the client was used in the last 24 hours."""

    confirm = line(_("Name of the client"))
