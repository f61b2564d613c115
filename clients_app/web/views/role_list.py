"""Roles: every role with its Role Type and who has it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clients_app.identity.actor import actor_of
from clients_app.permissions import Action, allows
from clients_app.rules.names import key_of
from clients_app.selectors.roles.roles import roles_with_counts
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import show, with_query
from clients_app.web.list_state import FILTER_MAX


@require_safe
@signed_in
@may(Action.READ_ROLES)
def role_list(request: HttpRequest) -> HttpResponse:
    """Show the roles of the tenant whose names fit the filter, custom ones first."""
    actor = actor_of(request)
    q = request.GET.get("q", "").replace("\x00", "")[:FILTER_MAX].strip()
    roles = roles_with_counts(actor.tenant_id)
    context = {
        "q": q,
        "query": with_query("", q=q),
        "roles": [role for role in roles if key_of(q) in role.name_key],
        "may_add": allows(actor, Action.ADD_ROLE),
        "may_edit": allows(actor, Action.EDIT_ROLE),
        "may_remove": allows(actor, Action.REMOVE_ROLE),
        "sidebar": sidebar_counts(actor.tenant_id),
    }
    return show(request, "roles/role_list", context, title=gettext("Roles"), fragments=("list",))
