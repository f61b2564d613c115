"""A new client with its first secret: which fields there are depends on its Client Type."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import OperationForm
from clients_app.admin.forms.secret_form import SecretForm
from clients_app.http.forms import client_form
from clients_app.http.forms.secret_form import SECRET_INPUTS
from clients_app.http.ruled_form import line
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES
from clients_app.selectors.tenants.installation import tenants


class TenantAndTypeForm(forms.Form):
    """Where the client is added, and as what; the next form depends on both."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    type = forms.ChoiceField(
        choices=[(one.id, one.label) for one in CLIENT_TYPES.values()],
        initial=CLIENT_CREDENTIALS.id,
        label=_("Client Type"),
    )


class ClientForm(SecretForm, client_form.ClientForm):
    """Client and first secret on one page. The service has the last word."""

    help_texts: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(client_form.URL_INPUTS, _("One in each line.")),
        "roles": _("Tenant Member is always among them."),
        "confirm_admin": _("Needed where Tenant Administrator is among the roles."),
        "token_lifetime": _("Seconds, 60 to 3600."),
        "tags": _("Commas between them."),
        "may_introspect": _("For an API that asks the portal about the tokens it receives."),
    }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "roles" in self.fields:
            roles: Any = self.fields["roles"]
            roles.widget = forms.CheckboxSelectMultiple(choices=roles.choices)
            self.fields["confirm_admin"].label = _("This client becomes a Tenant Administrator")
        if not self.has_secret:
            for name in SECRET_INPUTS:
                self.fields.pop(name, None)

    @property
    def has_secret(self) -> bool:
        """Tell whether clients of this type come with a first secret."""
        return self.client_type.has_secrets


class RestoreForm(OperationForm):
    """A removed client comes back under a name that is free."""

    name = line(_("Name"))


class RemoveClientForm(OperationForm):
    """Typing the name is asked for where the client was used in the last 24 hours."""

    confirm = line(_("Name of the client"))
