"""Edit Assertions: the two switches of a client about what it signs."""

from dataclasses import fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import Checkbox, EditForm
from clients_app.models import Client
from clients_app.services.credentials.assertion_rules import AssertionRules


class AssertionRulesForm(EditForm):
    """The fields have the names of ``AssertionRules``."""

    demands_assertion_type = Checkbox(
        _("Only accept typ client-authentication+jwt"),
        help_text=_(
            "Select this if the library of the client sends that type. Then no other JWT that it "
            "signs, for example an ID token, can be passed off as its proof. Otherwise JWT and no "
            "type are accepted too."
        ),
    )
    accepts_token_endpoint_audience = Checkbox(
        _("Accept the token endpoint as audience"),
        help_text=_(
            "For a library that cannot send the issuer as aud. Another server that the client "
            "takes for this one could use its assertions here, so change the client if you can."
        ),
    )

    def __init__(self, *args: Any, client: Client, **more: Any) -> None:
        super().__init__(*args, **more)
        self.open_with(client)

    def values_of(self, row: Client) -> dict[str, Any]:
        return {field.name: getattr(row, field.name) for field in fields(AssertionRules)}

    @property
    def rules(self) -> AssertionRules:
        """Return the switches as the services take them."""
        names = [field.name for field in fields(AssertionRules)]
        return AssertionRules(**{name: self.cleaned_data[name] for name in names})
