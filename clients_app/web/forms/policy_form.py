"""Policies: what the tenant demands of its clients and secrets."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.rules.tenant_policy import TenantPolicy, parse_days
from clients_app.web.forms.window_form import WindowForm, line


class PolicyForm(WindowForm):
    """Days are typed; an empty field means no limit. The others are ticked or not."""

    secret_days_max = line(_("Maximum secret lifetime"))
    rotation_days = line(_("Forced rotation"))
    never_expires_allowed = forms.BooleanField(required=False, label=_("Allow Never Expires"))
    owner_required = forms.BooleanField(required=False, label=_("Require an owner"))
    mfa_for_administrators = forms.BooleanField(
        required=False, label=_("Require two-factor authentication for administrators")
    )
    confirm = forms.BooleanField(required=False, label=_("Set expiration dates on these secrets"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def opened(cls, policy: TenantPolicy) -> "PolicyForm":
        """Return the form as it opens with what the tenant demands now."""
        held: dict[str, Any] = {
            name: "" if value is None else value for name, value in asdict(policy).items()
        }
        return cls(initial={**held, "seen": stamp(policy)})

    def clean_secret_days_max(self) -> int | None:
        return self.obey(lambda text: parse_days(text, field="secret_days_max"), "secret_days_max")

    def clean_rotation_days(self) -> int | None:
        return self.obey(lambda text: parse_days(text, field="rotation_days"), "rotation_days")

    @property
    def policy(self) -> TenantPolicy:
        """Return what was typed, as the service takes it."""
        given = self.cleaned_data
        return TenantPolicy(**{name: given[name] for name in asdict(TenantPolicy())})


def stamp(policy: TenantPolicy) -> str:
    """Return what is different as soon as someone sets other policies."""
    return "-".join(str(value) for value in asdict(policy).values())
