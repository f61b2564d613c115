"""What a new secret is for, and when it ends; where it replaces another, when that ends."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms.operation_form import DeedForm, line
from clients_app.errors import RuleBroken
from clients_app.limits import SECRET_DESCRIPTION_MAX, SECRETS_MAX
from clients_app.models import ClientSecret
from clients_app.rules.expiry import check_expiration, default_expiration, parse_expiration
from clients_app.rules.names import clean_line
from clients_app.rules.rotation import OldEnds
from clients_app.services.secrets.changes import SecretDraft

SECRET_FIELDS: Final = ("secret_description", "expiration", "never_expires")


class SecretForm(DeedForm):
    """Dates are typed on the clocks of the person (the active time zone)."""

    secret_description = line(_("Secret Description"))
    expiration = line(_("Expiration Date"))
    never_expires = forms.BooleanField(required=False, label=_("Never Expires"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.zone = timezone.get_current_timezone()
        default = default_expiration(now, self.zone).astimezone(self.zone)
        self.initial.setdefault("expiration", f"{default:%Y-%m-%d %H:%M}")
        self.fields["expiration"].help_text = gettext(
            "YYYY-MM-DD hh:mm, %(zone)s. Ignored with Never Expires."
        ) % {"zone": timezone.get_current_timezone_name()}

    def clean_secret_description(self) -> str:
        return self.obey(
            lambda text: clean_line(
                text, maximum=SECRET_DESCRIPTION_MAX, field="secret_description"
            ),
            "secret_description",
        )

    def clean(self) -> dict[str, Any]:
        """Read the date, unless Never Expires is ticked: then it is ignored."""
        expires_at = None
        if "expiration" in self.fields and not self.cleaned_data["never_expires"]:
            try:
                expires_at = parse_expiration(self.cleaned_data.get("expiration", ""), self.zone)
                check_expiration(expires_at, self.now)
            except RuleBroken as error:
                self.add_broken(error)
        return {**self.cleaned_data, "expires_at": expires_at}

    def secret_draft(self) -> SecretDraft:
        """Return the secret as the service takes it."""
        given = self.cleaned_data
        return SecretDraft(description=given["secret_description"], expires_at=given["expires_at"])


class RotateForm(SecretForm):
    """``others`` may be removed where there is no room for one more secret."""

    remove = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label=_("Secret to remove")
    )
    old = forms.ChoiceField(
        choices=[
            (OldEnds.AT_ONCE, _("At once")),
            (OldEnds.IN_1_HOUR, _("In 1 hour")),
            (OldEnds.IN_24_HOURS, _("In 24 hours")),
            (OldEnds.IN_7_DAYS, _("In 7 days")),
            (OldEnds.ON_A_DATE, _("On a date")),
        ],
        initial=OldEnds.IN_24_HOURS,
        label=_("The old secret stops working"),
    )
    old_end = line(_("On this date"))

    def __init__(self, *args: Any, others: list[ClientSecret], now: datetime, **kwargs: Any):
        super().__init__(*args, now=now, **kwargs)
        remove: Any = self.fields["remove"]
        remove.choices = [("", gettext("Choose a secret")), *((one.pk, str(one)) for one in others)]
        if len(others) + 1 < SECRETS_MAX:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any]:
        """Read when the old secret ends."""
        cleaned = super().clean()
        cleaned |= self.read_old_end(cleaned, zone=self.zone, now=self.now)
        return cleaned
