"""The windows that add, edit and remove a secret, a public key or a federated identity."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise

from clients_app.http.credential_kinds import CredentialKind
from clients_app.http.forms.credential_edit_form import CredentialEditForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import Client
from clients_app.selectors.secrets.lookup import is_only_proof
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.web.form_window import Form, Screen, edited_by, form_window
from clients_app.web.htmx import done, show


def add_window(
    request: HttpRequest,
    client: Client,
    screen: str,
    title: str,
    form_class: type[Form],
    save: Callable[[Form], HttpResponse],
    context: dict[str, Any] | None = None,
    *,
    now: datetime,
    **form_arguments: Any,
) -> HttpResponse:
    """Show a form that adds to the client, once: ``save`` passes on what ``added_by`` returns."""
    page = Screen(screen, title, {"client": client, "name": client.name, **(context or {})})
    ends = _ends(client, now)
    return form_window(request, page, form_class, save, acts_once=True, **ends, **form_arguments)


def edit_window(
    request: HttpRequest,
    client: Client,
    kind: CredentialKind,
    row: Any,
    form_class: type[CredentialEditForm],
    context: dict[str, Any] | None = None,
    **form_arguments: Any,
) -> HttpResponse:
    """Change the description and the end of ``row``, or what else the form has."""

    def save(form: CredentialEditForm) -> HttpResponse:
        saved = kind.edit(client, row.pk, form.draft(), **edited_by(request, form))
        return closed(request, client, kind, kind.saved, saved)

    shown = {"client": client, kind.word: row, **(context or {})}
    page = Screen(f"secrets/{kind.word}_edit", str(kind.edit_title), shown)
    ends = _ends(client, timezone.now())
    return form_window(request, page, form_class, save, credential=row, **ends, **form_arguments)


def remove_window(
    request: HttpRequest,
    client: Client,
    kind: CredentialKind,
    row_id: int,
    context: Callable[[Any, datetime], dict[str, Any]] = lambda row, now: {},
) -> HttpResponse:
    """Show the row with what ``context`` returns of it, then remove it."""
    now = timezone.now()
    if is_sent(request):
        removed = kind.remove(client, row_id, actor=actor_of(request), now=now)
        return closed(request, client, kind, kind.removed, removed)
    row = kind.get(client, row_id, now=now)
    is_only = is_only_proof(client, row, now=now)
    shown = {"client": client, kind.word: row, "is_only": is_only, **context(row, now)}
    return show(request, f"secrets/{kind.word}_remove", shown, title=str(kind.remove_title))


def closed(
    request: HttpRequest, client: Client, kind: CredentialKind, message: str | Promise, row: object
) -> HttpResponse:
    """Close the window, and say the message with the name of the row."""
    return done(request, kind.say(message, row), "client-secrets", client_id=client.pk)


def _ends(client: Client, now: datetime) -> dict[str, Any]:
    """Return what forms need that ask when a credential expires."""
    return {"now": now, "policy": tenant_policy(client.tenant_id)}
