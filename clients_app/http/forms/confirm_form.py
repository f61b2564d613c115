"""Remove Client and Restore Client: the name that a person types."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import PortalForm, TextField


class ConfirmForm(PortalForm):
    """The service compares the typed name with the name of the client."""

    confirm = TextField(_("Name of the client"))

    def __init__(self, *args: Any, asks_for_name: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if not asks_for_name:
            del self.fields["confirm"]


class RestoreForm(PortalForm):
    """The name of a restored client: another client may have its old name now."""

    name = TextField(_("Name"))
