"""Saved filters: lists of clients that a person comes back to."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import LineField, PortalForm
from clients_app.identity import kept_forms
from clients_app.identity.person import person_of
from clients_app.permissions import Action
from clients_app.rules.names import clean_filter_name
from clients_app.services.people.saved_filters import remove_filter, save_filter
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import go, see_other, show
from clients_app.web.list_state import list_state


class FilterForm(PortalForm):
    name = LineField(_("Name"), clean_filter_name)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.READ_CLIENTS)
@kept_forms.keeps(FilterForm)
def filter_add(request: HttpRequest) -> HttpResponse:
    """Ask for a name; Save keeps what the address says of the list."""
    query = replace(list_state(request.GET, may_restore=True), page=1, select=False).query()
    if request.method != "POST" or kept_forms.BACK in request.POST:
        return _ask(request, FilterForm.shown(request.POST), query)
    form = FilterForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, query, status=422)
    try:
        saved = save_filter(person_of(request), form.cleaned_data["name"], query=query)
    except RuleBroken as error:
        form.add_broken(error)
        return _ask(request, form, query, status=422)
    messages.success(request, gettext("Filter %(name)s saved.") % {"name": saved.name})
    return go(request, reverse("client-list") + query)


@require_POST
@signed_in
@may(Action.READ_CLIENTS)
@kept_forms.keeps("next")
def filter_remove(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Remove a saved filter; it can be saved again."""
    if kept_forms.is_sent(request):
        name = remove_filter(person_of(request), filter_id)
        messages.success(request, gettext("Filter %(name)s removed.") % {"name": name})
    return see_other(kept_forms.own_path(request.POST.get("next")))


def _ask(request: HttpRequest, form: FilterForm, query: str, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "query": query}
    return show(request, "clients/filter_add", context, title=gettext("Save Filter"), status=status)
