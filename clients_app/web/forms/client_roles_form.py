"""Edit Roles: only the roles picker of Edit Client."""

from typing import Any, Final

from django.utils.translation import gettext

from clients_app import conf
from clients_app.selectors.apis.may_call import reach_of
from clients_app.web.forms.client_edit_form import ClientEditForm

_KEPT: Final = {"roles", "confirm_admin", "kept_secrets", "removes_secrets", "version"}


class ClientRolesForm(ClientEditForm):
    """The roles of a client, for an actor who may assign them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in self.fields.keys() - _KEPT:
            del self.fields[name]
        self.gains_introspection = False  # it has no such switch

    @property
    def client_name(self) -> str:
        """Return the name of the client."""
        return self.client.name

    def _lifetime(self) -> str:
        return gettext("%(n)s seconds after it is issued") % {"n": self.client.token_lifetime_s}

    @property
    def claims(self) -> list[tuple[str, str]]:
        """Return name and value of the claims that tokens have with the ticked roles, for the
        default API and without a scope in the request."""
        chosen, target = set(self.chosen), reach_of(self.client).default
        roles = [role for role in self.tenant_roles if role.is_member or str(role.pk) in chosen]
        roles.sort(key=lambda role: role.name_key)
        return [
            ("iss", conf.issuer()),
            ("aud", target.identifier if target else "\N{EN DASH}"),
            ("roles", ", ".join(role.name for role in roles)),
            ("exp", self._lifetime()),
            ("scope", target.default_scope if target else "\N{EN DASH}"),
            ("sub", str(self.client.pk)),
            ("tid", str(self.client.tenant_id)),
            ("role_ids", ", ".join(str(role.pk) for role in roles)),
        ]
