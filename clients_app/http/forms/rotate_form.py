"""Rotate Secret: the new secret, and when the old one expires."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.old_end_form import OldEndForm
from clients_app.limits import SECRETS_MAX
from clients_app.rules.expiry import is_expired

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class RotateForm(OldEndForm):
    """Replaces the secret ``secret_id``, or another one that is chosen among ``secrets``.

    A client with as many secrets as it can have must choose one to remove.
    """

    remove = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label=_("Secret to remove")
    )
    replaces = forms.TypedChoiceField(coerce=int, label=_("Secret to replace"))
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

    def clean(self) -> dict[str, Any]:
        """Refuse to remove the secret that is replaced."""
        given = super().clean()
        if given.get("remove") is not None and given["remove"] == given.get("replaces"):
            self.add_error("remove", _("Choose another one: this is the secret to replace."))
        return given
