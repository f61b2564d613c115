"""What a person types to confirm, or under which name a client comes back."""

from django.utils.translation import gettext_lazy as _

from clients_app.http.ruled_form import line
from clients_app.web.forms.window_form import WindowForm


class ConfirmForm(WindowForm):
    """The service compares it with the name of the client."""

    confirm = line(_("Name of the client"))


class RestoreForm(WindowForm):
    """Asked only where the name was given to another client meanwhile."""

    name = line(_("Name"))
