"""Policies: the rules of the tenant for its clients and secrets."""

from dataclasses import asdict
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Checkbox, EditForm, TextField
from clients_app.models import Tenant
from clients_app.rules.tenant_policy import (
    DRY_RUN,
    OFF,
    ON,
    TenantPolicy,
    parse_days,
    parse_issuers,
)
from clients_app.selectors.tenants.policies import tenant_policy

#: in the order of the screen
NEW_SECRETS: Final = (
    (OFF, _("Allowed")),
    (DRY_RUN, _("Dry run")),
    (ON, _("Forbidden")),
)


class PolicyForm(EditForm):
    """An empty number of days means no limit."""

    secret_days_max = TextField(
        _("Maximum secret lifetime"), partial(parse_days, field="secret_days_max")
    )
    rotation_days = TextField(_("Forced rotation"), partial(parse_days, field="rotation_days"))
    never_expires_allowed = Checkbox(_("Allow Never Expires"))
    owner_required = Checkbox(_("Require an owner"))
    mfa_for_administrators = Checkbox(_("Require two-factor authentication for administrators"))
    machines_see_only_themselves = Checkbox(_("Machines see only themselves"))
    dangerous_rules_forbidden = Checkbox(_("Forbid dangerous rules"))
    allowed_issuers = TextField(
        _("Allowed issuers"),
        partial(parse_issuers, field="allowed_issuers"),
        widget=forms.Textarea,
    )
    new_secrets_forbidden = forms.TypedChoiceField(
        required=False, label=_("New secrets"), choices=NEW_SECRETS, empty_value=OFF
    )
    confirm = Checkbox(_("Set expiration dates on these secrets"))

    def values_of(self, row: Tenant) -> dict[str, Any]:
        policy = tenant_policy(row.pk)
        return {
            **{
                name: value if isinstance(value, bool) else str(value or "")
                for name, value in asdict(policy).items()
            },
            "allowed_issuers": "\n".join(policy.allowed_issuers),
        }

    @property
    def policy(self) -> TenantPolicy:
        """Return the policies as the services take them."""
        return TenantPolicy(**{name: self.cleaned_data[name] for name in asdict(TenantPolicy())})
