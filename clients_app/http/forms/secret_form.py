"""What a new secret is for and when it ends; where it replaces another, when that one ends."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.http.ruled_form import RuledForm, line
from clients_app.limits import SECRET_DESCRIPTION_MAX, SECRETS_MAX
from clients_app.rules.expiry import check_expiration, is_expired, parse_expiration
from clients_app.rules.names import clean_line
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy, default_end
from clients_app.services.secrets.changes import SecretDraft

SECRET_INPUTS: Final = ("secret_description", "expiration", "never_expires")
TYPED: Final = "%Y-%m-%d %H:%M"
_DESCRIPTION: Final = partial(
    clean_line, maximum=SECRET_DESCRIPTION_MAX, field="secret.description"
)


class SecretForm(RuledForm):
    """Dates are typed, and read, on the clocks of the person (the active time zone).

    What is offered keeps to ``policy``; whether what is typed does is for the services to say.
    """

    secret_description = line(_("Description"), _DESCRIPTION)
    expiration = line(_("Expiration Date"))
    never_expires = forms.BooleanField(required=False, label=_("Never Expires"))

    def __init__(
        self, *args: Any, now: datetime, policy: TenantPolicy = NO_POLICY, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.now = now
        self.policy = policy
        self.zone = timezone.get_current_timezone()
        default = default_end(policy, now=now, zone=self.zone)
        self.initial.setdefault("expiration", self.as_typed(default))

    def clean(self) -> dict[str, Any]:
        """Read the date, unless Never Expires is ticked: then it is ignored."""
        super().clean()
        expires_at = None
        if "expiration" in self.fields and not self.cleaned_data.get("never_expires"):
            try:
                expires_at = self.read_expiration(self.cleaned_data.get("expiration", ""))
                check_expiration(expires_at, self.now)
            except RuleBroken as error:
                self.add_broken(error)
        return {**self.cleaned_data, "expires_at": expires_at}

    def read_expiration(self, typed: str) -> datetime:
        """Return the moment that is typed."""
        return parse_expiration(typed, self.zone)

    def secret_draft(self) -> SecretDraft:
        """Return the secret as the service takes it."""
        given = self.cleaned_data
        return SecretDraft(description=given["secret_description"], expires_at=given["expires_at"])

    @property
    def offers_never(self) -> bool:
        """Tell whether Never Expires is offered: where it is allowed, or ticked already."""
        return self.policy.may_never_expire or bool(self["never_expires"].value())

    def as_typed(self, moment: datetime) -> str:
        """Return a moment as a person types it."""
        return moment.astimezone(self.zone).strftime(TYPED)


class RotateForm(SecretForm):
    """A successor of the secret ``secret_id``, which is one of ``secrets``.

    Where there is no room for one more, another is chosen to be removed.
    """

    remove = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label=_("Secret to remove")
    )
    old = forms.ChoiceField(
        choices=[
            (OldEnds.AT_ONCE.value, _("At once")),
            (OldEnds.IN_1_HOUR.value, _("In 1 hour")),
            (OldEnds.IN_24_HOURS.value, _("In 24 hours")),
            (OldEnds.IN_7_DAYS.value, _("In 7 days")),
            (OldEnds.ON_A_DATE.value, _("On a date")),
        ],
        initial=OldEnds.IN_24_HOURS.value,
        label=_("The old secret stops working"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose when the old secret stops working.")
        ),
    )
    old_end = line(_("The old secret ends"))

    def __init__(
        self, *args: Any, secret_id: int, secrets: list[Any], now: datetime, **more: Any
    ) -> None:
        super().__init__(*args, now=now, **more)
        self.live = [one for one in secrets if not is_expired(one.expires_at, now)]
        self.secret_id = secret_id
        if secret_id not in {one.pk for one in self.live}:
            raise NotFound(gettext_noop("There is no such live secret. Add a new one."))
        self.initial.setdefault("old_end", self.as_typed(now + PERIODS[OldEnds.IN_7_DAYS]))
        if self.is_full:
            self.offer_secrets("remove", self.others)
        else:
            del self.fields["remove"]

    def offer_secrets(self, name: str, secrets: list[Any]) -> None:
        """Let one of ``secrets`` be chosen."""
        field: Any = self.fields[name]
        field.choices = [(one.pk, str(one)) for one in secrets]
        field.error_messages["invalid_choice"] = _("Choose one of the secrets in the list.")

    @property
    def others(self) -> list[Any]:
        """Return the live secrets that stay."""
        return [one for one in self.live if one.pk != self.secret_id]

    @property
    def is_full(self) -> bool:
        """Tell whether a secret must go before another is added."""
        return len(self.live) >= SECRETS_MAX

    def clean(self) -> dict[str, Any]:
        """Read when the old secret ends."""
        given = super().clean()
        try:
            given["old_ends_at"] = parse_old_end(
                given.get("old", ""), given.get("old_end", ""), zone=self.zone, now=self.now
            )
        except RuleBroken as error:
            self.add_broken(error)
        return given
