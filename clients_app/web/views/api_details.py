"""Details of an API: five tabs, each with its own address."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import audit
from clients_app.identity.actor import actor_of
from clients_app.models import Api
from clients_app.permissions import Action, allows
from clients_app.selectors.activity.events import recent_events_about
from clients_app.selectors.apis.apis import callers_of, get_api
from clients_app.selectors.apis.callers import callers_page
from clients_app.selectors.apis.usage import tokens_in_30_days
from clients_app.selectors.signing_keys import keys
from clients_app.web.access import screen
from clients_app.web.addresses import API, at
from clients_app.web.api_examples import examples
from clients_app.web.htmx import show, with_query
from clients_app.web.list_state import page_number
from clients_app.web.tabs import Labels, tabs_of
from clients_app.web.views.get_started import addresses_of_apis

TABS: Final[Labels] = {
    "details": _("Details"),
    "scopes": _("Scopes"),
    "clients": _("Clients"),
    "verify": _("Verify tokens"),
    "activity": _("Activity"),
}


@at(API)
@screen(Action.READ_APIS)
def api_details(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show what the API is, how much it is used, and who may ask about its tokens."""
    api = get_api(actor_of(request).tenant_id, api_id)
    now = timezone.now()
    context = {
        "tokens_30_days": tokens_in_30_days(api, now=now),
        "introspectors": api.introspectors.filter(removed_at=None).order_by("name_key"),
    }
    return _tab(request, api, "details", context, now)


@at(f"{API}/scopes")
@screen(Action.READ_APIS)
def api_scopes(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show what clients may be allowed to do at the API."""
    api = get_api(actor_of(request).tenant_id, api_id)
    scopes = [{"name": name} for name in api.scope_names()] if api.is_built_in else api.scopes.all()
    return _tab(request, api, "scopes", {"scopes": scopes}, timezone.now())


@at(f"{API}/clients")
@screen(Action.READ_APIS)
def api_clients(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show which clients may call the API, and when each last got a token for it."""
    api = get_api(actor_of(request).tenant_id, api_id)
    page, path = callers_page(api, page=page_number(request.GET)), request.path
    context = {
        "callers": page,
        "previous": with_query(path, page=page.page - 1) if page.page > 1 else "",
        "next": with_query(path, page=page.page + 1) if page.page < page.pages else "",
    }
    return _tab(request, api, "clients", context, timezone.now())


@at(f"{API}/verify")
@screen(Action.READ_APIS)
def api_verify(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show programs that check tokens for the API, with its values filled in."""
    actor = actor_of(request)
    api = get_api(actor.tenant_id, api_id)
    values = addresses_of_apis(str(actor.tenant_id)) | {"audience": api.identifier}
    context = {
        **values,
        **examples(values),
        "scopes": api.scope_names(),
        "algorithms": keys.algorithms() or [settings.TOKEN_SIGNING_ALGORITHM],
    }
    return _tab(request, api, "verify", context, timezone.now())


@at(f"{API}/activity")
@screen(Action.READ_ACTIVITY)
def api_activity(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show who changed the API, with the values before and after."""
    api = get_api(actor_of(request).tenant_id, api_id)
    events = recent_events_about(api)
    history = [{"event": event, "changes": audit.changes(event)} for event in events]
    return _tab(request, api, "activity", {"history": history}, timezone.now())


def _tab(
    request: HttpRequest, api: Api, tab: str, context: dict[str, Any], now: datetime
) -> HttpResponse:
    actor = actor_of(request)
    counts = {"scopes": len(api.scope_names()), "clients": callers_of(api).count()}
    shown = {
        "api": api,
        "tab": tab,
        "tabs": tabs_of(api, TABS, counts, kind="api", actor=actor),
        "here": request.get_full_path(),
        "may_edit": allows(actor, Action.EDIT_API) and not api.is_built_in,
        "may_set_introspectors": allows(actor, Action.EDIT_API),
        "may_remove": allows(actor, Action.REMOVE_API) and not api.is_built_in,
        "now": now,
        **context,
    }
    words = {"api": api.name, "tab": TABS[tab]}
    title = gettext("%(api)s, %(tab)s") % words
    return show(request, "apis/api_details", shown, title=title, fragments=("api",))
