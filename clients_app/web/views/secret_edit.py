"""Edit Secret: a longer life asks for proof of identity, a shorter one does not."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import ChangedMeanwhile, Conflict, RuleBroken
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.secrets.lookup import get_secret
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.secrets.changes import edit_secret
from clients_app.web.access import may, signed_in
from clients_app.web.forms.secret_edit_form import SecretEditForm
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.EDIT_SECRET)
@keeps(SecretEditForm)
def secret_edit(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Ask for description and date; Save changes them at once."""
    now = timezone.now()
    secret = get_secret(client, secret_id, now=now)
    policy = tenant_policy(client.tenant_id)
    made_of: dict[str, Any] = {"secret": secret, "now": now, "policy": policy}
    if not _is_sent(request):
        return _ask(request, client, SecretEditForm.shown(request.POST, **made_of))
    form = SecretEditForm(request.POST, **made_of)
    if not form.is_valid():
        return _ask(request, client, form, status=422)
    try:
        saved = edit_secret(
            client,
            secret_id,
            form.secret_draft(),
            expected_version=form.cleaned_data["version"],
            actor=actor_of(request),
            now=now,
        )
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        if isinstance(error, ChangedMeanwhile):
            form.show_changes(get_secret(client, secret_id, now=now))
        return _ask(request, client, form, status=422)
    said = gettext("Secret %(secret)s saved.") % {"secret": str(saved)}
    to = reverse("client-secrets", kwargs={"client_id": client.pk})
    return done(request, to=to, said=said, tell="clientChanged")


def _is_sent(request: HttpRequest) -> bool:
    return request.method == "POST" and BACK not in request.POST


def _ask(
    request: HttpRequest, client: Client, form: SecretEditForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "client": client, "secret": form.secret}
    return show(
        request, "secrets/secret_edit", context, title=gettext("Edit Secret"), status=status
    )
