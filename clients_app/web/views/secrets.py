"""The windows that add, edit, rotate and remove the secrets of a client."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app.http.credential_kinds import SECRET
from clients_app.http.forms.credential_edit_form import CredentialEditForm
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.rotate_form import RotateForm
from clients_app.http.forms.secret_form import SecretForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.limits import TOKEN_LIFETIME_MAX_S
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import is_idle
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.removal import RECENT
from clients_app.services.form_keys import refuse_used
from clients_app.services.secrets.adding import NewSecret, add_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.connecting import connection_of
from clients_app.web.credential_windows import add_window, edit_window, remove_window
from clients_app.web.form_window import Screen, added_by, form_window
from clients_app.web.htmx import show
from clients_app.web.rotation_runs import run_in


@at(f"{CLIENT}/secrets/add")
@sensitive_variables("added")
@window(Action.ADD_SECRET, SecretForm, "form_key")
def secret_add(request: HttpRequest, client: Client) -> HttpResponse:
    """Add a secret; the response to Add is the only place that shows it."""
    now = timezone.now()

    @sensitive_variables("added")
    def save(form: SecretForm) -> HttpResponse:
        added = add_secret(client, form.draft(), **added_by(request, now))
        others = client.secrets.live(now).exclude(pk=added.secret.pk)
        return _show_once(request, client, added, has_others=others.exists())

    return add_window(
        request, client, "secrets/secret_add", gettext("Add Secret"), SecretForm, save, now=now
    )


@at(f"{CLIENT}/secrets/<int:secret_id>/edit")
@window(Action.EDIT_SECRET, CredentialEditForm)
def secret_edit(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Change description and expiration date; a later date needs a proof of identity."""
    secret = get_secret(client, secret_id, now=timezone.now())
    return edit_window(request, client, SECRET, secret, CredentialEditForm)


@at(f"{CLIENT}/secrets/<int:secret_id>/rotate")
@sensitive_variables("rotated")
@window(Action.ROTATE_SECRET, RotateForm, "form_key")
def secret_rotate(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Add a successor, shown once, and set when the old secret expires."""
    now, actor = timezone.now(), actor_of(request)
    if is_sent(request):  # the first try may have removed the old secret from the choices
        refuse_used(form_key_of(request.POST), actor=actor)

    @sensitive_variables("rotated")
    def save(form: RotateForm) -> HttpResponse:
        given = form.cleaned_data
        rotated = rotate_secret(
            client,
            given["replaces"],
            form.draft(),
            old_ends_at=given["old_ends_at"],
            remove_id=given.get("remove"),
            **added_by(request, now),
        )
        run = run_in(request.GET, actor=actor, now=now, old=given["old"])
        return _show_once(request, client, rotated, old=rotated.old, run=run)

    page = Screen(
        "secrets/secret_rotate",
        gettext("Rotate Secret"),
        lambda form: {"client": client, "run": run_in(request.GET, actor=actor, now=now)},
    )
    return form_window(
        request,
        page,
        RotateForm,
        save,
        acts_once=True,
        typed=None if request.method == "POST" else _of_the_one_before(request.GET),
        secret_id=secret_id,
        secrets=listed_secrets(client, now=now),
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


def _of_the_one_before(query: QueryDict) -> QueryDict:
    """Return when the old secret of the one before in a run stops working, to offer it again."""
    return QueryDict(urlencode({"old": query.get("old")}) if "old" in query else "")


@at(f"{CLIENT}/secrets/<int:secret_id>/remove")
@window(Action.REMOVE_SECRET)
def secret_remove(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Show the secret and its last use, then remove it."""

    def about(secret: Any, now: datetime) -> dict[str, Any]:
        used_at = secret.last_used_at
        others = [one for one in listed_secrets(client, now=now) if one.pk != secret_id]
        return {
            "in_use": used_at is not None and used_at > now - RECENT,
            "has_tokens": used_at is not None
            and not is_idle(used_at, token_lifetime_s=TOKEN_LIFETIME_MAX_S, now=now),
            "others": sum(not is_expired(one.expires_at, now) for one in others),
        }

    return remove_window(request, client, SECRET, secret_id, about)


@sensitive_variables("added")
def _show_once(request: HttpRequest, client: Client, added: NewSecret, **more: Any) -> HttpResponse:
    """Show a new secret, with a warning if another one has the same description."""
    description = added.secret.description
    others = client.secrets.live(timezone.now()).exclude(pk=added.secret.pk)
    context = {
        "client": client,
        "plain": added.plain,
        "same_description": description if others.filter(description=description).exists() else "",
        "connection": connection_of(client, None, plain=added.plain),
        **more,
    }
    title = gettext("Secret Successfully Added")
    return show(request, "secrets/secret_added", context, title=title, event="clientChanged")
