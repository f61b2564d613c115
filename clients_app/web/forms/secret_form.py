"""Add Secret: what the secret is for, and when it ends."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext

from clients_app.http.forms import secret_form
from clients_app.rules.expiry import default_expiration
from clients_app.web.forms.window_form import WindowForm


class Preset(NamedTuple):
    """A button that fills the Expiration Date."""

    label: str
    value: str


class SecretForm(secret_form.SecretForm, WindowForm):
    """With buttons for the dates that are chosen most."""

    @property
    def latest(self) -> datetime | None:
        """Return the latest end that the policy allows."""
        return self.policy.latest_end(created_at=self.now, now=self.now)

    @property
    def example(self) -> str:
        """Return a date that may be typed."""
        return self.presets[-1].value

    @property
    def presets(self) -> list[Preset]:
        """Return the buttons, with the dates they stand for now; the last is the default."""
        latest, year = self.latest, default_expiration(self.now, self.zone)
        offered = [(days, self.now + timedelta(days=days)) for days in (30, 90, 180)]
        presets = [
            Preset(gettext("%(days)s days") % {"days": days}, self.as_typed(moment))
            for days, moment in offered
            if latest is None or moment < latest
        ]
        if latest is None or year <= latest:
            return [*presets, Preset(gettext("1 year"), self.as_typed(year))]
        return [*presets, Preset(gettext("The longest"), self.as_typed(latest))]
