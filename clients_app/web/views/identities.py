"""The windows that add, edit and remove the federated identities of a client."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.credential_kinds import IDENTITY
from clients_app.http.forms.identity_forms import (
    PlatformForm,
    RuleEditForm,
    RuleForm,
    changed_rules,
    graded,
)
from clients_app.http.forms.token_form import TokenForm
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.rules.federation.presets import PRESETS
from clients_app.selectors.credentials.identities import get_identity
from clients_app.selectors.credentials.near_misses import fit_of
from clients_app.services.credentials.identities import add_identity
from clients_app.services.credentials.trials import trials_of
from clients_app.web.access import screen, window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.credential_windows import add_window, closed, edit_window, remove_window
from clients_app.web.form_window import Screen, added_by, form_window
from clients_app.web.htmx import show


@at(f"{CLIENT}/identities/add")
@screen(Action.ADD_CREDENTIAL)
def identity_platforms(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask which platform gives the machine its identity."""
    context = {"client": client, "presets": PRESETS.values()}
    return show(
        request, "secrets/identity_platforms", context, title=gettext("Add Federated Identity")
    )


@at(f"{CLIENT}/identities/add/<slug:preset>")
@window(Action.ADD_CREDENTIAL, PlatformForm, RuleForm, "form_key")
def identity_add(request: HttpRequest, client: Client, preset: str) -> HttpResponse:
    """Add a federated identity by the names of a platform, or by the rules themselves."""
    if preset not in PRESETS:
        raise NotFound(gettext_noop("There is no such platform."))
    now = timezone.now()
    form_class: Any = RuleForm if preset == "other" else PlatformForm

    def save(form: PlatformForm | RuleForm) -> HttpResponse:
        added = add_identity(client, form.draft(), **added_by(request, now))
        return closed(
            request, client, IDENTITY, gettext("Federated identity %(identity)s added."), added
        )

    return add_window(
        request,
        client,
        "secrets/identity_add",
        gettext("Add Federated Identity"),
        form_class,
        save,
        {"preset": PRESETS[preset]},
        now=now,
        preset=PRESETS[preset],
    )


@at(f"{CLIENT}/identities/<int:identity_id>/edit")
@window(Action.EDIT_CREDENTIAL, RuleEditForm)
def identity_edit(request: HttpRequest, client: Client, identity_id: int) -> HttpResponse:
    """Change the rules of a federated identity, and when it ends.

    With ``near_miss`` in the address, the form opens with rules that fit that one.
    """
    now = timezone.now()
    identity = get_identity(client, identity_id, now=now)
    fit = fit_of(identity, request.GET.get("near_miss", ""), now=now)
    context = {"fit": fit, "former": changed_rules(identity, fit) if fit else ()}
    return edit_window(request, client, IDENTITY, identity, RuleEditForm, context, fit=fit)


@at(f"{CLIENT}/identities/<int:identity_id>/remove")
@window(Action.REMOVE_CREDENTIAL)
def identity_remove(request: HttpRequest, client: Client, identity_id: int) -> HttpResponse:
    """Show the rules, then remove the federated identity."""
    return remove_window(
        request, client, IDENTITY, identity_id, lambda identity, now: {"identity": graded(identity)}
    )


@at(f"{CLIENT}/token-trial")
@window(Action.READ_SECRETS)
def token_trial(request: HttpRequest, client: Client) -> HttpResponse:
    """Say for each credential what is right and wrong with a pasted token; nothing is kept."""
    title, now = gettext("Test a token"), timezone.now()

    def try_it(form: TokenForm) -> HttpResponse:
        trials = trials_of(client, form.cleaned_data["token"], now=now)
        status = 200
        if trials is None:
            form.add_error("token", gettext("This is not a JSON Web Token. Paste all of it."))
            status = 422
        may_edit = allows(actor_of(request), Action.EDIT_CREDENTIAL, client=client)
        context = {
            "form": form,
            "client": client,
            "trials": trials,
            "may_edit_credential": may_edit,
        }
        return show(request, "secrets/token_trial", context, title=title, status=status)

    page = Screen("secrets/token_trial", title, {"client": client})
    return form_window(request, page, TokenForm, try_it)
