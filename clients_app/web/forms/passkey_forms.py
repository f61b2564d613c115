"""The name of a passkey."""

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import PortalForm, TextField
from clients_app.identity.passkeys.held import clean_passkey_name


class PasskeyForm(PortalForm):
    """How a person calls a passkey, to tell it from others."""

    name = TextField(_("Name"), clean_passkey_name)
