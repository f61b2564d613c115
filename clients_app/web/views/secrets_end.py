"""The last step of the move away from secrets: the window that ends them all."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.secrets_end_form import SecretsEndForm
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.credentials.rotations import move_of_client
from clients_app.services.credentials.move import end_secrets
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import done


@at(f"{CLIENT}/secrets/end")
@window(Action.REMOVE_SECRET, SecretsEndForm)
def secrets_end(request: HttpRequest, client: Client) -> HttpResponse:
    """Show what is still used, then let the secrets expire."""
    now = timezone.now()
    move = move_of_client(client, now=now)
    if move is None:
        raise NotFound(gettext_noop("This client has no secrets that could end."))

    def save(form: SecretsEndForm) -> HttpResponse:
        ends_at = form.cleaned_data["old_ends_at"]
        ended = len(end_secrets(client, ends_at=ends_at, actor=actor_of(request), now=now))
        message = ngettext(
            "%(number)s secret will expire.", "%(number)s secrets will expire.", ended
        )
        return done(request, message % {"number": ended}, "client-secrets", client_id=client.pk)

    page = Screen("secrets/secrets_end", gettext("End Secrets"), {"client": client, "move": move})
    return form_window(request, page, SecretsEndForm, save, now=now)
