"""Policies: the rules of the tenant for its clients and secrets."""

from dataclasses import asdict
from functools import partial
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import PortalForm, TextField, VersionField
from clients_app.rules.tenant_policy import TenantPolicy, parse_days


class PolicyForm(PortalForm):
    """An empty number of days means no limit."""

    secret_days_max = TextField(
        _("Maximum secret lifetime"), partial(parse_days, field="secret_days_max")
    )
    rotation_days = TextField(_("Forced rotation"), partial(parse_days, field="rotation_days"))
    never_expires_allowed = forms.BooleanField(required=False, label=_("Allow Never Expires"))
    owner_required = forms.BooleanField(required=False, label=_("Require an owner"))
    mfa_for_administrators = forms.BooleanField(
        required=False, label=_("Require two-factor authentication for administrators")
    )
    confirm = forms.BooleanField(required=False, label=_("Set expiration dates on these secrets"))
    version = VersionField()

    @classmethod
    def opened(cls, policy: TenantPolicy, *, version: int) -> Self:
        """Return the form with the current policies."""
        values: dict[str, Any] = {
            name: "" if value is None else value for name, value in asdict(policy).items()
        }
        return cls(initial={**values, "version": str(version)})

    @property
    def policy(self) -> TenantPolicy:
        """Return the policies as the services take them."""
        return TenantPolicy(**{name: self.cleaned_data[name] for name in asdict(TenantPolicy())})
