"""Edit Roles: the picker alone."""

from typing import Any, Final

from clients_app import conf
from clients_app.models import Role
from clients_app.web.forms.client_edit_form import ClientEditForm

KEPT: Final = {"roles", "confirm_admin", "version"}


class ClientRolesForm(ClientEditForm):
    """The roles of a client that carries some, for an actor who may assign them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - KEPT:
            del self.fields[name]

    @property
    def called(self) -> str:
        """Return the name of the client."""
        return self.client.name

    @property
    def claims(self) -> list[tuple[str, str]]:
        """Return what tokens say with the roles that are ticked, as name and value."""
        roles = self._ticked()
        return [
            ("iss", conf.issuer()),
            ("aud", conf.token_audience()),
            ("sub", str(self.client.pk)),
            ("tid", str(self.client.tenant_id)),
            ("roles", ", ".join(role.name for role in roles)),
            ("role_ids", ", ".join(str(role.pk) for role in roles)),
        ]

    def _ticked(self) -> list[Role]:
        chosen = set(self.chosen)
        roles = [role for role in self.tenant_roles if role.is_member or str(role.pk) in chosen]
        return sorted(roles, key=lambda role: role.name_key)
