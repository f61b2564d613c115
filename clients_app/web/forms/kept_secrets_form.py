"""The secrets that a client keeps when it becomes privileged."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Checkbox, PortalForm
from clients_app.models import Client
from clients_app.rules.privileges import MAY_INTROSPECT, privileges
from clients_app.selectors.secrets.lookup import live_others, live_secrets
from clients_app.services.secrets.kept import KeptSecrets


class KeptSecretsForm(PortalForm):
    """The part of a form that says which secrets stay; call ``offer_secrets`` last."""

    names_clients = False  # beside their secrets

    kept_secrets = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=_("Secrets to keep"),
        error_messages={
            "invalid_choice": _("Select secrets from the list. One of them is not there any more.")
        },
    )
    removes_secrets = Checkbox(_("Remove the other secrets"))

    def offer_secrets(self, client: Client) -> None:
        """Offer the live secrets of the client, and note what would make it privileged."""
        held = privileges(
            (role.role_type_id for role in client.roles.all()),
            may_introspect=client.may_introspect,
        )
        self.gains = [
            str(role.pk)
            for role in getattr(self, "assignable_roles", ())
            if privileges([role.role_type_id], may_introspect=False) - held
        ]
        self.gains_introspection = MAY_INTROSPECT not in held
        now = timezone.now()
        self.live_secrets = live_secrets(client, now=now)
        self.live_others = live_others(client, now=now)
        kept: Any = self.fields["kept_secrets"]
        kept.choices = [(secret.pk, str(secret)) for secret in self.live_secrets]

    @property
    def secrets(self) -> KeptSecrets:
        """Return the choice as the services take it."""
        given = self.cleaned_data
        ids = frozenset(given.get("kept_secrets", ()))
        return KeptSecrets(ids=ids, removes_others=given.get("removes_secrets", False))

    @property
    def chosen_secrets(self) -> list[str]:
        """Return the ids of the ticked secrets."""
        return [str(one) for one in self["kept_secrets"].value() or []]
