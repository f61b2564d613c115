"""Edit Client and Edit Roles: what someone else changed is shown, not overwritten."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from clients_app.errors import NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.services.clients.edits import assign_roles, edit_client
from clients_app.services.clients.owners import set_owners
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.form_window import Screen, edited_by, focus_of, form_window
from clients_app.web.forms.client_edit_form import ClientEditForm
from clients_app.web.forms.client_roles_form import ClientRolesForm
from clients_app.web.htmx import done


@at(f"{CLIENT}/edit")
@window(Action.EDIT_CLIENT, ClientEditForm, "add_url", "remove_url")
def client_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Change the fields, roles and owners of a client."""

    @transaction.atomic  # all of them, or none
    def save(form: ClientEditForm) -> HttpResponse:
        by = edited_by(request, form)
        saved = edit_client(client, form.client_draft(), kept_secrets=form.secrets, **by)
        if "owners" in form.fields:
            set_owners(saved, form.owner_ids, **{**by, "expected_version": saved.version})
        message = gettext("%(client)s saved.") % {"client": saved.name}
        return done(request, message, "client-details", client_id=client.pk)

    page = Screen(
        "clients/client_edit",
        gettext("Edit Client"),
        lambda form: {"client": client, "focus": focus_of(request, form)},
    )
    return form_window(request, page, ClientEditForm, save, client=client, actor=actor_of(request))


@at(f"{CLIENT}/roles/edit")
@window(Action.ASSIGN_ROLES, ClientRolesForm, "preview")
def client_roles_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Assign roles; Preview shows the claims that tokens will carry with them."""
    if not client.type.has_roles:
        raise NotFound(gettext_noop("Clients of this type do not have roles."))

    def save(form: ClientRolesForm) -> HttpResponse:
        assign_roles(
            client,
            form.role_ids,
            confirms_administrator=form.cleaned_data["confirm_admin"],
            kept_secrets=form.secrets,
            **edited_by(request, form),
        )
        message = gettext("Roles of %(client)s saved.") % {"client": client.name}
        return done(request, message, "client-roles", client_id=client.pk)

    page = Screen(
        "clients/client_roles_edit",
        gettext("Edit Roles"),
        {"client": client},
        fragments=("window", "claims"),
    )
    return form_window(request, page, ClientRolesForm, save, client=client, actor=actor_of(request))
