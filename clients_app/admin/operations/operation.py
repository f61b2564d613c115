"""An operation: the button that leads to it, its page with a form, and its service call."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app.actors import Actor
from clients_app.admin.pages import Subject, done, show_already_added, show_form, show_plain_secret
from clients_app.errors import AlreadyAdded, ChangedMeanwhile, Conflict, RuleBroken, SentBefore
from clients_app.http.forms.portal_form import PortalForm, sent_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import View, is_sent, keeps
from clients_app.identity.person import person_of
from clients_app.identity.proof import open_window
from clients_app.models import Client, ClientKey, ClientSecret, FederatedIdentity, Tenant
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import clients_by_id
from clients_app.services import form_keys

#: what stands below the fields of some forms
KEY_PAIR: Final = "admin/_key_pair.html"
GRADE: Final = "admin/_grade.html"


class Done(NamedTuple):
    """Redirects to the page of ``subject``, which shows ``message``."""

    message: str
    subject: Subject


class PlainSecret(NamedTuple):
    """Shows the secret of a client, once."""

    client: Client
    plain: str
    title: str


class Found(NamedTuple):
    """Shows the form again, below ``lines``."""

    lines: list[str]


Answer = Done | PlainSecret | Found


class Operation(NamedTuple):
    """One operation, on a row or on a model.

    ``find`` takes the key in ``route`` and returns the row; without a key it returns the model.
    ``perform(row, form, actor=, now=)`` calls the service.
    """

    name: str  # of its address within the site
    route: str
    label: str | Promise  # of the button that leads to it
    action: Action
    find: Callable[..., Subject]
    perform: Callable[..., Answer]
    title: str | Promise = ""  # of its page; by default its label
    button: str | Promise = ""  # on its page; by default its label
    lines: Callable[[Any], Iterable[str]] = lambda row: ()
    form: type[PortalForm] = PortalForm
    arguments: Callable[[Any, datetime], dict[str, Any]] = lambda row, now: {}  # of the form
    is_offered: Callable[[Any], bool] = lambda row: True
    below: str = ""  # template of what the page has below the fields
    other_forms: tuple[type[PortalForm], ...] = ()  # which ``page`` may show instead
    uses_key: bool = False  # ``perform`` uses the one-time key of the form itself
    page: "Page | None" = None  # where it needs more than ``ask_and_perform``


Page = Callable[..., HttpResponse]  # takes the request, the operation and the key in its route


def view_of(operation: Operation) -> View:
    """Return the view of an operation; it asks for a proof of identity if the action needs one."""

    @keeps(operation.form, *operation.other_forms, "form_key")
    def view(request: HttpRequest, **key: Any) -> HttpResponse:
        tenant_id = person_of(request).tenant_id  # Staff have the same permissions in each tenant
        open_window(request, operation.action, tenant_id=tenant_id)
        if operation.page is not None:
            return operation.page(request, operation, **key)
        row, now = operation.find(**key), timezone.now()
        return ask_and_perform(
            request,
            operation,
            row,
            operation.arguments(row, now),
            tenant_id=_tenant_of(row) or tenant_id,
            now=now,
            lines=operation.lines(row),
        )

    return view


@sensitive_variables("answer")
def ask_and_perform(
    request: HttpRequest,
    operation: Operation,
    row: Subject,
    arguments: dict[str, Any],
    *,
    tenant_id: UUID,
    now: datetime,
    lines: Iterable[str],
) -> HttpResponse:
    """Show the form of an operation; perform the operation once the form is valid."""
    actor, form_key = actor_of(request, tenant_id=tenant_id), sent_key_of(request.POST)
    try:
        data = request.POST if request.method == "POST" else None
        if data is not None:  # the first try may have ended what the form is about
            form_keys.refuse_used(form_key, actor=actor)
        form = operation.form(data, **arguments)
        if is_sent(request) and "preview" not in request.POST and form.is_valid():
            once = form_keys.once(form_key, actor=actor, now=now)
            with nullcontext() if operation.uses_key else once:
                answer = operation.perform(row, form, actor=_in_tenant(actor, form), now=now)
            if isinstance(answer, Done):
                return done(request, *answer)
            if isinstance(answer, PlainSecret):
                return show_plain_secret(request, *answer)
            lines = answer.lines
    except AlreadyAdded as error:
        return show_already_added(
            request, clients_by_id(actor.tenant_id, [error.client_id])[error.client_id]
        )
    except SentBefore:
        return done(request, gettext("Done. The form was sent twice and acted once."), row)
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        if isinstance(error, ChangedMeanwhile):
            changed: Any = form
            changed.show_changes(error.row)
    return show_form(
        request,
        form,
        title=str(operation.title or operation.label) % {"row": row},
        button=str(operation.button or operation.label),
        subject=row,
        lines=lines,
        below=operation.below,
    )


def _in_tenant(actor: Actor, form: PortalForm) -> Actor:
    """Return the actor in the tenant that the form asks for, if it does."""
    tenant = form.cleaned_data.get("tenant")
    return actor if tenant is None else replace(actor, tenant_id=tenant.pk)


def _tenant_of(row: Subject) -> UUID | None:
    if not isinstance(row, Model):
        return None
    if isinstance(row, Tenant):
        return row.pk
    owner = row.client if isinstance(row, (ClientSecret, ClientKey, FederatedIdentity)) else row
    return getattr(owner, "tenant_id", None)
