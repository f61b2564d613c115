"""Add Client: the fields of each Client Type, then those of its first credential.

The first window saves nothing; the second saves the client and its first credential together.
"""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app.errors import NotFound, Refused, SentBefore, gettext_noop
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES, ClientType
from clients_app.rules.federation.presets import PRESETS
from clients_app.services.clients.drafts import draft_of_copy
from clients_app.services.clients.registration import RegisteredClient, register_client
from clients_app.web.access import screen, window
from clients_app.web.addresses import CLIENT, CLIENTS, at
from clients_app.web.connecting import connection_of
from clients_app.web.first_credential import KEPT, SecondWindow
from clients_app.web.form_window import focus_of, is_submitted
from clients_app.web.forms.client_form import ClientForm
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.htmx import see_other, show

_add_window = window(Action.ADD_CLIENT, ClientForm, *KEPT, "form_key", "add_url", "remove_url")


@at(f"{CLIENTS}/add")
@at(f"{CLIENTS}/add/<slug:client_type>", "client-add-type")
@_add_window
def client_add(request: HttpRequest, client_type: str = CLIENT_CREDENTIALS.id) -> HttpResponse:
    """First window; Continue leads to the second, which carries what was typed here."""
    form = _client_form(request, known_type(client_type))
    second = SecondWindow(request, sent=False)
    if form.is_valid() and form.client_type.has_secrets:
        return _show_second(request, form, second)
    return _show_first(request, form, second)


@at(f"{CLIENT}/duplicate")
@screen(Action.ADD_CLIENT)
def client_duplicate(request: HttpRequest, client: Client) -> HttpResponse:
    """First window, filled in from ``client``; its secrets, keys and identities stay its own."""
    form = ClientForm.shown(QueryDict(), actor=actor_of(request), client_type=client.type)
    form.fill(draft_of_copy(client))
    form.initial["copy_of"] = str(client.pk)
    sentence = gettext(
        "Filled in from %(client)s. The copy may call the same APIs. Owners are not copied."
    )
    if client.type.has_secrets:
        sentence = gettext(
            "Filled in from %(client)s. The copy may call the same APIs and has the same switches "
            "for assertions. Secrets, public keys, federated identities and owners are not copied."
        )
    give_notice(request, sentence % {"client": client.name})
    return _show_first(request, form, SecondWindow(request, sent=False))


@at(f"{CLIENTS}/register/<slug:client_type>", "client-register-type")
@at(f"{CLIENTS}/register")
@sensitive_variables("created")
@_add_window
def client_register(request: HttpRequest, client_type: str = CLIENT_CREDENTIALS.id) -> HttpResponse:
    """Last window; the response to Add is the only place that shows a secret."""
    named = known_type(client_type)
    if request.method != "POST":
        return see_other(addresses_of(named)["first"])
    form = _client_form(request, named, at_add=True)
    second = SecondWindow(request, sent=True)
    if not is_submitted(request):
        shows_first = not named.has_secrets or is_url_step(request.POST)
        return (_show_first if shows_first else _show_second)(request, form, second)
    if not form.is_valid():
        return _show_first(request, form, second)
    if named.has_secrets and (second.is_list or not second.form.is_valid()):
        return _show_second(request, form, second)
    try:
        created = _register(request, form, second)
    except SentBefore:
        raise
    except Refused as error:
        if named.has_secrets and second.add_broken(error):
            return _show_second(request, form, second)
        form.add_broken(error)
        return _show_first(request, form, second)
    return _show_created(request, created)


@sensitive_variables()
def _register(request: HttpRequest, form: ClientForm, second: SecondWindow) -> RegisteredClient:
    return register_client(
        form.client_draft(),
        second.draft if form.client_type.has_secrets else None,
        actor=form.actor,
        now=second.now,
        form_key=form_key_of(request.POST),
        copy_of=form.cleaned_data["copy_of"],
    )


@sensitive_variables("created", "context")
def _show_created(request: HttpRequest, created: RegisteredClient) -> HttpResponse:
    """Show the Client Id, and the secret or how else the client connects."""
    client, screen, credential = created.client, "clients/client_created_public", None
    if created.secret is not None:
        screen = "clients/client_created"
    elif client.type.has_secrets:
        screen = "clients/client_created_connect"
        credential = client.keys.present().first() or client.identities.present().first()
    context = {
        "client": client,
        "plain": created.plain,
        "credential": credential,
        "connection": connection_of(client, credential, plain=created.plain),
    }
    title = gettext("Client Successfully Created")
    return show(request, screen, context, title=title, event="clientCreated")


def known_type(text: str) -> ClientType:
    """Return the Client Type that an address names.

    Errors: NotFound.
    """
    if text not in CLIENT_TYPES:
        raise NotFound(gettext_noop("There is no such Client Type."))
    return CLIENT_TYPES[text]


def addresses_of(client_type: ClientType) -> dict[str, str]:
    """Return the addresses of both windows; those of Client-Credentials do not name the type."""
    kwargs = {} if client_type == CLIENT_CREDENTIALS else {"client_type": client_type.id}
    suffix = "-type" if kwargs else ""
    return {
        "first": reverse(f"client-add{suffix}", kwargs=kwargs),
        "second": reverse(f"client-register{suffix}", kwargs=kwargs),
    }


def _client_form(
    request: HttpRequest, client_type: ClientType, *, at_add: bool = False
) -> ClientForm:
    make = ClientForm if is_submitted(request) else ClientForm.shown
    typed, actor = after_url_step(request.POST), actor_of(request)
    return make(typed, actor=actor, client_type=client_type, at_add=at_add)


def _show_first(request: HttpRequest, form: ClientForm, second: SecondWindow) -> HttpResponse:
    """Show the first window; what was typed in the second travels with it."""
    steps = addresses_of(form.client_type)
    has_one_step = not form.client_type.has_secrets
    context = {
        "form": form,
        "client_type": form.client_type,
        "has_one_step": has_one_step,
        "action": steps["second" if has_one_step else "first"],
        "focus": focus_of(request, form),
        "kept": second.hidden,
        "form_key": form_key_of(request.POST),
        "owns_it": second.policy.owner_required,
    }
    status, title = 422 if form.errors else 200, gettext("Add Client")
    return show(request, "clients/client_add", context, title=title, status=status)


def _show_second(
    request: HttpRequest, client_form: ClientForm, second: SecondWindow
) -> HttpResponse:
    """Show the second window, with the first in hidden inputs that are trusted for nothing."""
    steps = addresses_of(client_form.client_type)
    context = {
        "form": second.form,
        "action": steps["second"],
        "name": client_form["name"].value(),
        "second": second,
        "preset": second.preset,
        "presets": PRESETS.values(),
        "kept": [*client_form.hidden, *second.others],
        "steps": steps,
        "form_key": form_key_of(request.POST),
    }
    status = 422 if second.form.errors else 200
    return show(request, second.screen, context, title=second.title, status=status)
