"""A new secret, and a successor of one, on pages of the admin site."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import OperationForm
from clients_app.http.forms import secret_form


class SecretForm(OperationForm, secret_form.SecretForm):
    """Never Expires is there only where the policies of the tenant allow it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["secret_description"].label = _("Secret Description")
        self.fields["expiration"].help_text = gettext(
            "YYYY-MM-DD hh:mm, %(zone)s. Ignored with Never Expires."
        ) % {"zone": timezone.get_current_timezone_name()}
        if not self.offers_never:
            del self.fields["never_expires"]


class RotateForm(SecretForm, secret_form.RotateForm):
    """Where another secret must be removed, none is chosen at first."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.is_full:
            remove: Any = self.fields["remove"]
            remove.choices = [("", gettext("Choose a secret")), *remove.choices]
