"""Add Secret: what the secret is for, and when it expires."""

from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import Checkbox, PortalForm, TextField
from clients_app.limits import SECRET_DESCRIPTION_MAX
from clients_app.rules.expiry import (
    check_expiration,
    default_expiration,
    parse_expiration,
    parse_zone,
)
from clients_app.rules.names import clean_line
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy, default_end
from clients_app.services.secrets.changes import SecretDraft

SECRET_INPUTS: Final = ("zone", "secret_description", "expiration", "never_expires")
_DESCRIPTION: Final = partial(
    clean_line, maximum=SECRET_DESCRIPTION_MAX, field="secret.description"
)


class SecretForm(PortalForm):
    """Dates are read in the time zone that the form names: the one active when it was opened.

    The defaults and presets comply with ``policy``; the services check what is typed.
    """

    description_help: str | Promise = _(
        "If you plan to create multiple secrets, make each description unique."
    )

    zone = forms.CharField(
        required=False,
        initial=timezone.get_current_timezone_name,
        widget=forms.HiddenInput,
        label=_("Time zone"),
    )
    secret_description = TextField(_("Description"), _DESCRIPTION)
    expiration = TextField(_("Expiration Date"))
    never_expires = Checkbox(_("Never Expires"))

    def __init__(
        self, *args: Any, now: datetime, policy: TenantPolicy = NO_POLICY, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.now = now
        self.policy = policy
        self.fields["secret_description"].help_text = str(self.description_help)
        default = default_end(policy, now=now, zone=self.time_zone)
        self.initial.setdefault("expiration", self.as_typed(default))

    def clean(self) -> dict[str, Any]:
        """Parse the date; Never Expires overrides it."""
        super().clean()
        expires_at = None
        if "expiration" in self.fields and not self.cleaned_data.get("never_expires"):
            try:
                parse_zone(self._zone_name)
                expires_at = self.read_expiration(self.cleaned_data.get("expiration", ""))
                check_expiration(expires_at, self.now)
            except RuleBroken as error:
                self.add_broken(error)
        return {**self.cleaned_data, "expires_at": expires_at}

    @property
    def time_zone(self) -> tzinfo:
        """Return the zone that the form names; the active one if it names none."""
        try:
            return parse_zone(self._zone_name)
        except RuleBroken:
            return timezone.get_current_timezone()

    @property
    def _zone_name(self) -> str:
        named = self["zone"].value() if "zone" in self.fields else ""
        return str(named or timezone.get_current_timezone_name())

    def read_expiration(self, typed: str) -> datetime:
        """Return the typed moment."""
        return parse_expiration(typed, self.time_zone)

    def draft(self) -> Any:
        """Return the secret, or what a subclass is about, as the services take it."""
        given = self.cleaned_data
        return SecretDraft(description=given["secret_description"], expires_at=given["expires_at"])

    def as_typed(self, moment: datetime) -> str:
        """Return a moment in the format that people type."""
        return moment.astimezone(self.time_zone).strftime("%Y-%m-%d %H:%M")

    @property
    def offers_never(self) -> bool:
        """Return whether to offer Never Expires: it is allowed, or already ticked."""
        return self.policy.may_never_expire or bool(self["never_expires"].value())

    @property
    def latest(self) -> datetime | None:
        """Return the latest expiration that the policy allows."""
        return self.policy.latest_end(created_at=self.now, now=self.now)

    @property
    def example(self) -> str:
        """Return a date that may be typed."""
        return self.presets[-1]["value"]

    @property
    def presets(self) -> list[dict[str, str]]:
        """Return the buttons that fill Expiration Date; the last has the default."""
        latest, year = self.latest, default_expiration(self.now, self.time_zone)
        offered = [
            (gettext("%(days)s days") % {"days": days}, self.now + timedelta(days=days))
            for days in (30, 90, 180)
        ]
        if latest is not None:
            offered = [(label, moment) for label, moment in offered if moment < latest]
        if latest is None or year <= latest:
            offered.append((gettext("1 year"), year))
        else:
            offered.append((gettext("The longest"), latest))
        return [{"label": label, "value": self.as_typed(moment)} for label, moment in offered]
