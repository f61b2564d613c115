"""Policies: what the tenant demands of its clients and secrets."""

from dataclasses import asdict
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.ruled_form import VersionField, line
from clients_app.rules.tenant_policy import TenantPolicy, parse_days
from clients_app.web.forms.window_form import WindowForm


class PolicyForm(WindowForm):
    """Days are typed; an empty field means no limit. The others are ticked or not."""

    secret_days_max = line(
        _("Maximum secret lifetime"), partial(parse_days, field="secret_days_max")
    )
    rotation_days = line(_("Forced rotation"), partial(parse_days, field="rotation_days"))
    never_expires_allowed = forms.BooleanField(required=False, label=_("Allow Never Expires"))
    owner_required = forms.BooleanField(required=False, label=_("Require an owner"))
    mfa_for_administrators = forms.BooleanField(
        required=False, label=_("Require two-factor authentication for administrators")
    )
    confirm = forms.BooleanField(required=False, label=_("Set expiration dates on these secrets"))
    version = VersionField()

    @classmethod
    def opened(cls, policy: TenantPolicy, *, version: int) -> "PolicyForm":
        """Return the form as it opens with what the tenant demands now."""
        held: dict[str, Any] = {
            name: "" if value is None else value for name, value in asdict(policy).items()
        }
        return cls(initial={**held, "version": str(version)})

    @property
    def policy(self) -> TenantPolicy:
        """Return what was typed, as the service takes it."""
        given = self.cleaned_data
        return TenantPolicy(**{name: given[name] for name in asdict(TenantPolicy())})
