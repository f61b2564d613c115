"""Rotate Secret: adds the successor, shown once, and sets the end of the old secret."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.errors import AlreadyAdded, RuleBroken
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.rotate_form import RotateForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.form_keys import refuse_used
from clients_app.services.secrets.rotation import RotatedSecret, rotate_secret
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import show
from clients_app.web.views.client_register import already_added
from clients_app.web.views.secret_add import same_description


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("rotated")
@signed_in
@may(Action.ROTATE_SECRET)
@keeps(RotateForm, "form_key")
def secret_rotate(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Ask for the successor and the end of the old; Rotate shows the new secret once."""
    now = timezone.now()
    sent = request.method == "POST" and BACK not in request.POST
    try:
        if sent:  # the first try may have ended the old secret at once
            refuse_used(form_key_of(request.POST), actor=actor_of(request))
        secrets = listed_secrets(client, now=now)
        made_of: dict[str, Any] = {"secret_id": secret_id, "secrets": secrets, "now": now}
        made_of["policy"] = tenant_policy(client.tenant_id)
        if not sent:
            return _ask(request, client, RotateForm.shown(request.POST, **made_of))
        form = RotateForm(request.POST, **made_of)
        if not form.is_valid():
            return _ask(request, client, form, status=422)
        rotated = _rotate(request, client, form)
    except AlreadyAdded as error:
        return already_added(request, error)
    except RuleBroken as error:
        form.add_broken(error)
        return _ask(request, client, form, status=422)
    context = {
        "client": client,
        "plain": rotated.plain,
        "old": rotated.old,
        "same_description": same_description(client, form, but=rotated.secret),
        "token_address": f"{conf.issuer()}/connect/token",
    }
    title = gettext("Secret Successfully Added")
    return show(request, "secrets/secret_added", context, title=title, tell="clientChanged")


def _rotate(request: HttpRequest, client: Client, form: RotateForm) -> RotatedSecret:
    given = form.cleaned_data
    return rotate_secret(
        client,
        given["replaces"],
        form.secret_draft(),
        old_ends_at=given["old_ends_at"],
        remove_id=given.get("remove"),
        actor=actor_of(request),
        now=form.now,
        form_key=form_key_of(request.POST),
    )


def _ask(
    request: HttpRequest, client: Client, form: RotateForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "client": client, "form_key": form_key_of(request.POST)}
    return show(
        request, "secrets/secret_rotate", context, title=gettext("Rotate Secret"), status=status
    )
