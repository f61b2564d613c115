"""End Secrets: when all secrets of a client stop working."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.old_end_form import OldEndForm


class SecretsEndForm(OldEndForm):
    """Only when; there is no new secret."""

    old_label = _("The secrets stop working")
    old_error = _("Choose when the secrets stop working.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["old_end"].label = str(_("The secrets end"))
        for name in ("secret_description", "expiration", "never_expires"):
            del self.fields[name]
