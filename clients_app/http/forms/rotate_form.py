"""Rotate Secret: the new secret, and when the old one expires."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.http.forms.portal_form import TextField
from clients_app.http.forms.secret_form import SecretForm
from clients_app.limits import SECRETS_MAX
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class RotateForm(SecretForm):
    """Replaces the secret ``secret_id``, or another one that is chosen among ``secrets``.

    A client with as many secrets as it can have must choose one to remove.
    """

    remove = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label=_("Secret to remove")
    )
    replaces = forms.TypedChoiceField(coerce=int, label=_("Secret to replace"))
    old = forms.ChoiceField(
        choices=[
            (OldEnds.AT_ONCE.value, _("Immediately")),
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
    old_end = TextField(_("The old secret ends"))
    field_order = ("remove", "replaces", "secret_description", "expiration", "never_expires")

    def __init__(
        self, *args: Any, secret_id: int, secrets: list[Any], now: datetime, **more: Any
    ) -> None:
        super().__init__(*args, now=now, **more)
        self.live = sorted(
            (one for one in secrets if not is_expired(one.expires_at, now)),
            key=lambda one: (one.expires_at is None, one.expires_at or _LONG_AGO),
        )
        if secret_id not in {one.pk for one in self.live}:
            raise NotFound(gettext_noop("There is no such live secret. Add a new one."))
        self.secret_id = secret_id
        self.initial.setdefault("replaces", secret_id)
        self.initial.setdefault("old_end", self.as_typed(now + PERIODS[OldEnds.IN_7_DAYS]))
        self.is_full = len(self.live) >= SECRETS_MAX
        self.others = [one for one in self.live if one.pk != secret_id]
        self._offer("replaces", self.live)
        if self.is_full:
            self._offer("remove", self.others)
        else:
            del self.fields["remove"]

    def _offer(self, name: str, secrets: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = [(one.pk, str(one)) for one in secrets]
        field.error_messages["invalid_choice"] = _("Choose one of the secrets in the list.")

    @property
    def removable(self) -> list[Any]:
        """Return the secrets to choose from where one must be removed, least used first."""
        others = self.others if self.is_full else []
        return sorted(others, key=lambda one: (one.last_used_at or _LONG_AGO, one.pk))

    @property
    def old_ends(self) -> dict[str, datetime]:
        """Return the moment that each period now stands for."""
        return {OldEnds(one).name.lower(): self.now + period for one, period in PERIODS.items()}

    def clean(self) -> dict[str, Any]:
        """Parse when the old secret expires; it cannot be the secret to remove."""
        given = super().clean()
        try:
            given["old_ends_at"] = parse_old_end(
                given.get("old", ""), given.get("old_end", ""), zone=self.time_zone, now=self.now
            )
        except RuleBroken as error:
            self.add_broken(error)
        if given.get("remove") is not None and given["remove"] == given.get("replaces"):
            self.add_error("remove", _("Choose another one: this is the secret to replace."))
        return given
