"""The forms of the admin site where they differ from those of the portal."""

from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms import (
    api_form,
    client_form,
    credential_edit_form,
    identity_forms,
    key_forms,
    role_form,
    rotate_form,
    secret_form,
)
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES
from clients_app.rules.federation.presets import PRESETS
from clients_app.selectors.tenants.installation import first_tenant, tenants

_TEXTS: Final = {  # the help texts of Add Client
    **dict.fromkeys(client_form.URL_INPUTS, _("One on each line.")),
    "roles": _("Every client also has Tenant Member."),
    "confirm_admin": _("Required if Tenant Administrator is among the roles."),
    "token_lifetime": _("Seconds, 60 to 3600."),
    "tags": _("Separate tags with commas."),
    "skips_consent": _("People are not asked whether they allow what it does for them."),
    "may_introspect": _("For an API that asks the portal about the tokens it receives."),
    "may_rotate_own_secrets": _("Public keys too. By the REST API, with its own token."),
    "may_add_secrets": _("Exempt from the policy New secrets."),
}

PLATFORMS: Final = [(preset.key, preset.name) for preset in PRESETS.values()]


class SecretForm(secret_form.SecretForm):
    """Never Expires is there only if the policies of the tenant allow it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["expiration"].help_text = gettext(
            "YYYY-MM-DD hh:mm, %(zone)s. A date alone means the end of that day. "
            "Ignored with Never Expires."
        ) % {"zone": self.time_zone}
        if not self.offers_never:
            del self.fields["never_expires"]


class RotateForm(SecretForm, rotate_form.RotateForm):
    """The address names the secret to replace; no secret to remove is chosen by default."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["replaces"]
        if self.is_full:
            remove: Any = self.fields["remove"]
            remove.choices = [("", gettext("Choose a secret")), *remove.choices]


class SecretEditForm(SecretForm, credential_edit_form.CredentialEditForm):
    """The description and the end of a secret."""


class KeyForm(SecretForm, key_forms.KeyForm):
    """A new public key."""


class KeyRotateForm(SecretForm, key_forms.KeyRotateForm):
    """The address names the key to replace."""


class KeyEditForm(SecretForm, key_forms.KeyEditForm):
    """The description and the end of a public key."""


class WhichPlatformForm(forms.Form):
    """The platform, on which the fields of a federated identity depend."""

    platform = forms.ChoiceField(choices=PLATFORMS, label=_("Platform"))


class PlatformForm(SecretForm, identity_forms.PlatformForm):
    """The names and ids of a platform."""


class RuleForm(SecretForm, identity_forms.RuleForm):
    """The rules of a new federated identity."""


class RuleEditForm(SecretForm, identity_forms.RuleEditForm):
    """The rules of a federated identity."""


class TenantField(forms.ModelChoiceField):
    """Any tenant; the first is the default."""

    def __init__(self) -> None:
        super().__init__(tenants().order_by("name"), label=_("Tenant"), initial=first_tenant)


class TenantRoleForm(role_form.RoleForm):
    """A new role of any tenant."""

    tenant = TenantField()
    field_order = ("tenant", "name", "description")


class TenantApiForm(api_form.ApiForm):
    """A new API of any tenant."""

    tenant = TenantField()
    field_order = ("tenant", "name", "identifier", "description", "scopes")


class TenantAndTypeForm(forms.Form):
    """The tenant and the Client Type; the fields of ``ClientForm`` depend on both."""

    tenant = TenantField()
    type = forms.ChoiceField(
        choices=[(one.id, one.label) for one in CLIENT_TYPES.values()],
        initial=CLIENT_CREDENTIALS.id,
        label=_("Client Type"),
    )
    way = forms.ChoiceField(
        choices=[
            ("secret", _("Client Secret")),
            ("key", _("Public Key")),
            (_("Federated Identity"), PLATFORMS),
        ],
        required=False,
        label=_("The client proves itself by"),
        help_text=_("Authorization Code clients have none of these."),
    )


class ClientForm(SecretForm, client_form.ClientForm):
    """The fields of the client, then those of its first secret if its type has secrets."""

    credential_label: str | Promise = _("Secret Description")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.order_fields(client_form.ORDER)
        self.fields["secret_description"].label = str(self.credential_label)
        if "roles" in self.fields:
            roles: Any = self.fields["roles"]
            roles.widget = forms.CheckboxSelectMultiple(choices=roles.choices)
            self.fields["confirm_admin"].label = _("This client becomes a Tenant Administrator")
        if not self.client_type.has_secrets:
            for name in secret_form.SECRET_INPUTS:
                self.fields.pop(name, None)
        for name in _TEXTS.keys() & self.fields.keys():
            self.fields[name].help_text = _TEXTS[name]


class KeyClientForm(ClientForm, key_forms.KeyForm):
    """The fields of the client, then those of its first public key."""

    credential_label = _("Description of the key")


class PlatformClientForm(ClientForm, identity_forms.PlatformForm):
    """The fields of the client, then those of its first federated identity, by its platform."""

    credential_label = _("Description of the identity")


class RuleClientForm(ClientForm, identity_forms.RuleForm):
    """The fields of the client, then the rules of its first federated identity."""

    credential_label = _("Description of the identity")
