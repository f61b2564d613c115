"""Rotate Secret: the successor, and when the old secret ends."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, gettext_noop
from clients_app.limits import SECRETS_MAX
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.web.forms.secret_form import SecretForm
from clients_app.web.forms.window_form import line

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SecretRotateForm(SecretForm):
    """``secrets`` are the listed ones; the address names one, and another may be chosen instead."""

    replaces = forms.TypedChoiceField(coerce=int, label=_("Secret to replace"))
    remove = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label=_("Secret to remove")
    )
    old = forms.ChoiceField(
        choices=[(one.value, one.value) for one in OldEnds],
        initial=OldEnds.IN_24_HOURS.value,
        label=_("The old secret stops working"),
    )
    old_end = line(_("The old secret ends"))
    field_order = (
        "remove",
        "replaces",
        "secret_description",
        "expiration",
        "never_expires",
        "old",
        "old_end",
    )

    def __init__(
        self, *args: Any, secret_id: int, secrets: list[Any], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, now=now, **kwargs)
        self.live = [one for one in secrets if not is_expired(one.expires_at, now)]
        self.live.sort(key=_end)
        self.secret_id = secret_id
        if secret_id not in {one.pk for one in self.live}:
            raise NotFound(gettext_noop("There is no such live secret. Add a new one."))
        self.initial.setdefault("replaces", secret_id)
        self.initial.setdefault("old_end", self.typed(now + PERIODS[OldEnds.IN_7_DAYS]))
        for name, choices in (("replaces", self.live), ("remove", self.removable)):
            field: Any = self.fields[name]
            field.choices = [(one.pk, str(one)) for one in choices]
            field.error_messages["invalid_choice"] = _("Choose one of the secrets in the list.")
        if not self.is_full:
            del self.fields["remove"]
        for key in ("required", "invalid_choice"):
            self.fields["old"].error_messages[key] = _("Choose when the old secret stops working.")

    @property
    def is_full(self) -> bool:
        """Tell whether a secret must go before another is added."""
        return len(self.live) >= SECRETS_MAX

    @property
    def removable(self) -> list[Any]:
        """Return what may be removed where there is no room, least used first."""
        if not self.is_full:
            return []
        others = [one for one in self.live if one.pk != self.secret_id]
        return sorted(others, key=lambda one: (one.last_used_at or _LONG_AGO, one.pk))

    @property
    def old_ends(self) -> dict[str, datetime]:
        """Return the moments that the choices stand for now."""
        return {OldEnds(one).name.lower(): self.now + period for one, period in PERIODS.items()}

    def clean(self) -> dict[str, Any]:
        """Read when the old secret ends."""
        cleaned = super().clean()
        cleaned |= self.read_old_end(cleaned, zone=self.zone, now=self.now)
        if cleaned.get("remove") is not None and cleaned["remove"] == cleaned.get("replaces"):
            self.add_error("remove", _("Choose another one: this is the secret to replace."))
        return cleaned


def _end(secret: Any) -> tuple[bool, Any]:
    """Sort by what ends first."""
    return (secret.expires_at is None, secret.expires_at or _LONG_AGO)
