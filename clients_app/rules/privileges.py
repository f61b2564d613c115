"""Which clients are privileged: a secret of such a client gives power in the portal."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR, TENANT_AUDITOR

MAY_INTROSPECT: Final = "may_introspect"
_ROLES: Final = frozenset({TENANT_ADMINISTRATOR, TENANT_AUDITOR, SECRET_ROTATOR})


def privileges(role_type_ids: Iterable[UUID], *, may_introspect: bool) -> frozenset[UUID | str]:
    """Return what makes a client privileged (CLI-15): roles, by Role Type Id, and a switch.

    A client with none of them is an ordinary one.
    """
    switch: frozenset[str] = frozenset({MAY_INTROSPECT} if may_introspect else ())
    return _ROLES.intersection(role_type_ids) | switch
