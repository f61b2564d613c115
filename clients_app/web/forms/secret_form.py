"""Add Secret: what the secret is for, and when it ends."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.limits import SECRET_DESCRIPTION_MAX
from clients_app.rules.expiry import check_expiration, default_expiration, parse_expiration
from clients_app.rules.names import clean_line
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy
from clients_app.services.secrets.changes import SecretDraft
from clients_app.web.forms.window_form import WindowForm, line

TYPED = "%Y-%m-%d %H:%M"


class Preset(NamedTuple):
    """A button that fills the Expiration Date."""

    label: str
    value: str


class SecretForm(WindowForm):
    """Dates are typed, and read, on the clocks of the person (the active time zone).

    What is offered keeps to ``policy``; whether what is typed does is for the services to say.
    """

    secret_description = line(_("Description"))
    expiration = line(_("Expiration Date"))
    never_expires = forms.BooleanField(required=False, label=_("Never Expires"))

    def __init__(
        self, *args: Any, now: datetime, policy: TenantPolicy = NO_POLICY, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.policy = policy
        self.zone = timezone.get_current_timezone()
        self.initial.setdefault("expiration", self.presets[-1].value)

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
        if not self.cleaned_data["never_expires"]:
            try:
                expires_at = self.read_expiration(self.cleaned_data.get("expiration", ""))
                check_expiration(expires_at, self.now)
            except RuleBroken as error:
                self.add_broken(error)
        return {**self.cleaned_data, "expires_at": expires_at}

    def read_expiration(self, typed: str) -> datetime:
        """Return the moment that is typed."""
        return parse_expiration(typed, self.zone)

    def draft(self) -> SecretDraft:
        """Return the secret as the service takes it."""
        given = self.cleaned_data
        return SecretDraft(description=given["secret_description"], expires_at=given["expires_at"])

    @property
    def latest(self) -> datetime | None:
        """Return the latest end that the policy allows."""
        return self.policy.latest_end(created_at=self.now, now=self.now)

    @property
    def offers_never(self) -> bool:
        """Tell whether Never Expires is offered: where it is allowed, or ticked already."""
        return self.policy.may_never_expire or bool(self["never_expires"].value())

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
            Preset(gettext("%(days)s days") % {"days": days}, self.typed(moment))
            for days, moment in offered
            if latest is None or moment < latest
        ]
        if latest is None or year <= latest:
            return [*presets, Preset(gettext("1 year"), self.typed(year))]
        return [*presets, Preset(gettext("The longest"), self.typed(latest))]

    def typed(self, moment: datetime) -> str:
        """Return a moment as a person types it."""
        return moment.astimezone(self.zone).strftime(TYPED)
