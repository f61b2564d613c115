"""The window of the two switches about the assertions of a client."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from clients_app.http.forms.assertion_rules_form import AssertionRulesForm
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.services.credentials.assertion_rules import set_assertion_rules
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.form_window import Screen, edited_by, form_window
from clients_app.web.htmx import done


@at(f"{CLIENT}/assertions/edit")
@window(Action.EXTEND_CREDENTIAL, AssertionRulesForm)
def assertion_rules_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Change which assertions of the client are accepted."""

    def save(form: AssertionRulesForm) -> HttpResponse:
        set_assertion_rules(client, form.rules, **edited_by(request, form))
        return done(request, gettext("Assertions saved."), "client-secrets", client_id=client.pk)

    page = Screen("secrets/assertion_rules_edit", gettext("Edit Assertions"), {"client": client})
    return form_window(request, page, AssertionRulesForm, save, client=client)
