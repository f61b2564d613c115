"""Which alerts a tenant gets, on the Notices screen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Checkbox, EditForm
from clients_app.models import Tenant
from clients_app.rules.alerts import ABOUT, LABELS, AlertKind


def _checkbox(kind: AlertKind) -> forms.BooleanField:
    return Checkbox(_(LABELS[kind]), help_text=_(ABOUT[kind]))


class AlertsForm(EditForm):
    """A selected kind is not muted."""

    refused = _checkbox(AlertKind.REFUSED)
    silent = _checkbox(AlertKind.SILENT)
    new_address = _checkbox(AlertKind.NEW_ADDRESS)

    def values_of(self, row: Tenant) -> dict[str, Any]:
        return {kind.name.lower(): not getattr(row, kind.mute) for kind in AlertKind}

    @property
    def mutes(self) -> Mapping[AlertKind, bool]:
        """Return what is muted, as the service takes it."""
        return {kind: not self.cleaned_data[kind.name.lower()] for kind in AlertKind}

    @property
    def kinds(self) -> list[BoundField]:
        return [self[kind.name.lower()] for kind in AlertKind]
