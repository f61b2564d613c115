"""When what is replaced stops working: a part of each form that replaces or ends credentials."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import TextField
from clients_app.http.forms.secret_form import SecretForm
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end


class OldEndForm(SecretForm):
    """``old`` is one of ``OldEnds``; ``old_end`` is the date for the last of them."""

    old_label: str | Promise = _("The old secret stops working")
    old_error: str | Promise = _("Choose when the old secret stops working.")

    old = forms.ChoiceField(
        choices=[
            (OldEnds.AT_ONCE.value, _("Immediately")),
            (OldEnds.IN_1_HOUR.value, _("In 1 hour")),
            (OldEnds.IN_24_HOURS.value, _("In 24 hours")),
            (OldEnds.IN_7_DAYS.value, _("In 7 days")),
            (OldEnds.ON_A_DATE.value, _("On a date")),
        ],
        initial=OldEnds.IN_24_HOURS.value,
    )
    old_end = TextField(_("The old secret ends"))

    def __init__(self, *args: Any, now: datetime, **more: Any) -> None:
        super().__init__(*args, now=now, **more)
        old = self.fields["old"]
        old.label = str(self.old_label)
        old.error_messages |= dict.fromkeys(("required", "invalid_choice"), str(self.old_error))
        self.initial.setdefault("old_end", self.as_typed(now + PERIODS[OldEnds.IN_7_DAYS]))

    @property
    def old_ends(self) -> dict[str, datetime]:
        """Return the moment that each period now stands for."""
        return {OldEnds(one).name.lower(): self.now + period for one, period in PERIODS.items()}

    def clean(self) -> dict[str, Any]:
        """Parse when what is replaced expires."""
        given = super().clean()
        try:
            given["old_ends_at"] = parse_old_end(
                given.get("old", ""), given.get("old_end", ""), zone=self.time_zone, now=self.now
            )
        except RuleBroken as error:
            self.add_broken(error)
        return given
