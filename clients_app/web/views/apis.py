"""APIs: the list, and the windows that add, edit and remove one."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import Conflict, NotFound, gettext_noop
from clients_app.http.forms.api_form import ApiEditForm, ApiForm, IntrospectorsForm
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice, is_sent
from clients_app.models import Api
from clients_app.permissions import Action
from clients_app.rules.names import key_of
from clients_app.selectors.apis.apis import (
    apis_with_counts,
    callers_of,
    callers_stamp,
    get_api,
    matches,
)
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.services.apis.apis import add_api, edit_api, remove_api, set_introspectors
from clients_app.web.access import allowed, screen, window
from clients_app.web.addresses import API, at
from clients_app.web.form_window import Screen, edited_by, form_window
from clients_app.web.htmx import done, go, show, with_query
from clients_app.web.list_state import filter_text
from clients_app.web.once import once
from clients_app.web.polling import live_address, stamp

CALLERS_SHOWN: Final = 20


@at("security/apis")
@screen(Action.READ_APIS)
def api_list(request: HttpRequest) -> HttpResponse:
    """Show the APIs whose name or Identifier matches the filter, the built-in one first."""
    actor, q, now = actor_of(request), filter_text(request.GET), timezone.now()
    apis = apis_with_counts(actor.tenant_id, now=now)
    query = with_query("", q=q)
    context = {
        "q": q,
        "query": query,
        "list_live": live_address("api-list-live", query, stamp(actor.tenant_id, now=now)),
        "apis": [api for api in apis if matches(api, key_of(q))],
        **allowed(actor, add=Action.ADD_API, edit=Action.EDIT_API, remove=Action.REMOVE_API),
        "sidebar": sidebar_counts(actor.tenant_id),
    }
    return show(request, "apis/api_list", context, title=gettext("APIs"), fragments=("list",))


@at("security/apis/add")
@window(Action.ADD_API, ApiForm)
@once("api-list", _("API added."), event="apisChanged")
def api_add(request: HttpRequest) -> HttpResponse:
    """Add an API with its scopes."""

    def save(form: ApiForm) -> HttpResponse:
        api = add_api(form.api_draft(), actor=actor_of(request), now=timezone.now())
        messages.success(request, gettext("API %(api)s added.") % {"api": api.name})
        return go(request, reverse("api-details", args=[api.pk]))

    page = Screen("apis/api_add", gettext("Add API"))
    return form_window(request, page, ApiForm, save, acts_once=True)


@at(f"{API}/edit")
@window(Action.EDIT_API, ApiEditForm)
def api_edit(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Change name, Identifier, description and scopes."""
    api = _custom_api(request, api_id)

    def save(form: ApiEditForm) -> HttpResponse:
        return _saved(request, edit_api(api_id, form.api_draft(), **edited_by(request, form)))

    page = Screen(
        "apis/api_edit",
        gettext("Edit API"),
        lambda form: {"api": api, "client_count": callers_of(api).count()},
    )
    return form_window(request, page, ApiEditForm, save, api=api)


@at(f"{API}/introspectors")
@window(Action.EDIT_API, IntrospectorsForm)
def api_introspectors(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Name the clients that may ask about tokens for this API and for no other."""
    tenant_id = actor_of(request).tenant_id
    api = get_api(tenant_id, api_id)

    def save(form: IntrospectorsForm) -> HttpResponse:
        ids = form.cleaned_data["introspectors"]
        return _saved(request, set_introspectors(api_id, ids, **edited_by(request, form)))

    page = Screen("apis/api_introspectors", gettext("Clients that may ask"), {"api": api})
    return form_window(request, page, IntrospectorsForm, save, api=api)


@at(f"{API}/remove")
@window(Action.REMOVE_API, "seen")
def api_remove(request: HttpRequest, api_id: UUID) -> HttpResponse:
    """Show which clients may call the API, then remove it from all of them."""
    api, status = _custom_api(request, api_id), 200
    if is_sent(request):
        seen = request.POST.get("seen", "")
        try:
            remove_api(api_id, seen=seen, actor=actor_of(request), now=timezone.now())
        except Conflict as error:
            give_notice(request, sentence_of(error))
            status = 422
        else:
            messages.success(request, gettext("API %(api)s removed.") % {"api": api.name})
            return go(request, reverse("api-list"))
    callers = callers_of(api)
    count = callers.count()
    context = {
        "api": api,
        "seen": callers_stamp(api),
        "client_count": count,
        "clients": list(callers[:CALLERS_SHOWN]),
        "more_clients": max(0, count - CALLERS_SHOWN),
    }
    return show(request, "apis/api_remove", context, title=gettext("Remove API"), status=status)


def _custom_api(request: HttpRequest, api_id: UUID) -> Api:
    api = get_api(actor_of(request).tenant_id, api_id)
    if api.is_built_in:
        raise NotFound(gettext_noop("The built-in API can be neither edited nor removed."))
    return api


def _saved(request: HttpRequest, api: Api) -> HttpResponse:
    message = gettext("API %(api)s saved.") % {"api": api.name}
    return done(request, message, "api-details", event="apisChanged", api_id=api.pk)
