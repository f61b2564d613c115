"""Saved filters of the list of clients, each for the person who saved it."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from clients_app.http.forms.portal_form import PortalForm, TextField
from clients_app.identity import kept_forms
from clients_app.identity.person import person_of
from clients_app.permissions import Action
from clients_app.rules.names import clean_filter_name
from clients_app.services.people.saved_filters import remove_filter, save_filter
from clients_app.web.access import window
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import go, see_other
from clients_app.web.list_state import list_state
from clients_app.web.once import once


class FilterForm(PortalForm):
    name = TextField(_("Name"), clean_filter_name)


@at(f"{CLIENTS}/filters/add")
@window(Action.READ_CLIENTS, FilterForm)
def filter_add(request: HttpRequest) -> HttpResponse:
    """Save the filters in the address under a name."""
    query = replace(list_state(request.GET, may_restore=True), page=1, select=False).query()

    def save(form: FilterForm) -> HttpResponse:
        saved = save_filter(person_of(request), form.cleaned_data["name"], query=query)
        messages.success(request, gettext("Filter %(name)s saved.") % {"name": saved.name})
        return go(request, reverse("client-list") + query)

    page = Screen("clients/filter_add", gettext("Save Filter"), {"query": query})
    return form_window(request, page, FilterForm, save)


@at(f"{CLIENTS}/filters/<int:filter_id>/remove")
@require_POST
@window(Action.READ_CLIENTS, "next")
@once("client-list", _("Filter removed."))
def filter_remove(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Remove a saved filter; it can be saved again."""
    if kept_forms.is_sent(request):
        name = remove_filter(person_of(request), filter_id)
        messages.success(request, gettext("Filter %(name)s removed.") % {"name": name})
    return see_other(kept_forms.own_path(request.POST.get("next")))
