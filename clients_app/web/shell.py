"""What surrounds every screen: the left pane, the account, the theme."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from clients_app.http.theme import theme_of
from clients_app.identity.actor import actor_of
from clients_app.identity.person import person_of
from clients_app.identity.sessions import session_left
from clients_app.permissions import Action, allows
from clients_app.rules.built_in_roles import BUILT_IN_ROLES
from clients_app.selectors.tenants.sidebar import sidebar_counts


def shell_of(request: HttpRequest, screen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of ``base.html``; signed-out pages only have the theme.

    Counts that the context of the ``screen`` already has are not read again.
    """
    shell: dict[str, Any] = {"theme": theme_of(request)}
    if not request.user.is_authenticated:
        return shell | {"layout": "clients_app/card.html"}
    actor, person = actor_of(request), person_of(request)
    held = [role.name for role in BUILT_IN_ROLES if role.role_type_id in actor.rights]
    return shell | {
        "layout": "clients_app/base.html",
        "person": person,
        "page_address": request.get_full_path(),
        "session_left": str(session_left(request)),
        "role_label": held[0] if held else "",
        "may_rename_tenant": allows(actor, Action.RENAME_TENANT),
        "may_add_client": allows(actor, Action.ADD_CLIENT),
        "may_read_keys": allows(actor, Action.READ_KEYS),
        "may_set_policies": allows(actor, Action.READ_POLICIES),
        "tenant": person.tenant,
        "sidebar": screen.get("sidebar") or sidebar_counts(actor.tenant_id),
        "may_read_people": allows(actor, Action.READ_PEOPLE),
        "may_read_activity": allows(actor, Action.READ_ACTIVITY),
    }
