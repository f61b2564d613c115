"""Rotate Secret: the successor, and when the old secret ends."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.secret_form import RotateForm
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.web.forms.secret_form import SecretForm

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SecretRotateForm(RotateForm, SecretForm):
    """``secrets`` are the listed ones; the address names one, and another may be chosen instead."""

    replaces = forms.TypedChoiceField(coerce=int, label=_("Secret to replace"))
    field_order = ("remove", "replaces", "secret_description", "expiration", "never_expires")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.live.sort(key=_end)
        self.initial.setdefault("replaces", self.secret_id)
        self.offer_secrets("replaces", self.live)

    @property
    def removable(self) -> list[Any]:
        """Return what may be removed where there is no room, least used first."""
        others = self.others if self.is_full else []
        return sorted(others, key=lambda one: (one.last_used_at or _LONG_AGO, one.pk))

    @property
    def old_ends(self) -> dict[str, datetime]:
        """Return the moments that the choices stand for now."""
        return {OldEnds(one).name.lower(): self.now + period for one, period in PERIODS.items()}

    def clean(self) -> dict[str, Any]:
        """Refuse to remove the secret that is replaced."""
        given = super().clean()
        if given.get("remove") is not None and given["remove"] == given.get("replaces"):
            self.add_error("remove", _("Choose another one: this is the secret to replace."))
        return given


def _end(secret: Any) -> tuple[bool, Any]:
    """Sort by what ends first."""
    return (secret.expires_at is None, secret.expires_at or _LONG_AGO)
