"""Add, Edit, Rotate and Remove Secret, and End Secrets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms import RotateForm, SecretEditForm, SecretForm
from clients_app.admin.operations.credentials import (
    addition,
    edit_of,
    for_another,
    removal_of,
    rotation,
)
from clients_app.admin.operations.kinds import CLIENT, SECRET, is_present
from clients_app.admin.operations.operation import Answer, Done, PlainSecret
from clients_app.errors import existing, gettext_noop
from clients_app.http import credential_kinds
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.secrets_end_form import SecretsEndForm
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action
from clients_app.selectors.credentials.rotations import Move, Use, move_of_client
from clients_app.selectors.tenants.installation import present_client
from clients_app.services.credentials.move import end_secrets
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.templatetags.moments import day_time


@addition("secrets/add", _("Add Secret"), Action.ADD_SECRET, SecretForm, uses_key=True)
@sensitive_variables("added")
def secret_add(client: Client, form: SecretForm, **by: Any) -> Answer:
    added = add_secret(client, form.draft(), form_key=form_key_of(form.data), **by)
    title = gettext("Secret Successfully Added")
    return PlainSecret(client, added.plain, title)


def _with_others(secret: ClientSecret, now: datetime) -> dict[str, Any]:
    secrets = list(secret.client.secrets.live(now))
    return {"secret_id": secret.pk, "secrets": secrets, **for_another(secret, now)}


@rotation(
    SECRET,
    _("Rotate Secret"),
    Action.ROTATE_SECRET,
    RotateForm,
    arguments=_with_others,
    uses_key=True,
)
@sensitive_variables("rotated")
def secret_rotate(secret: ClientSecret, form: RotateForm, **by: Any) -> Answer:
    rotated = rotate_secret(
        secret.client,
        secret.pk,
        form.draft(),
        old_ends_at=form.cleaned_data["old_ends_at"],
        remove_id=form.cleaned_data.get("remove"),
        form_key=form_key_of(form.data),
        **by,
    )
    title = gettext("Secret Successfully Added")
    return PlainSecret(secret.client, rotated.plain, title)


secret_edit = edit_of(SECRET, credential_kinds.SECRET, SecretEditForm)
secret_remove = removal_of(
    SECRET,
    credential_kinds.SECRET,
    title=_("Remove the secret %(row)s?"),
    effect=gettext_noop("It stops working immediately. This cannot be undone."),
)


def _with_secrets(client_id: UUID) -> Client:
    client = present_client(client_id)
    _move_of(client)
    return client


def _move_of(client: Client) -> Move:
    sentence = gettext_noop("This client has no secrets that could end.")
    return existing(move_of_client(client, now=timezone.now()), sentence)


def _uses_of(client: Client) -> list[str]:
    """Return what is still used, as the portal's window shows it."""
    move = _move_of(client)
    return [_advice_of(move), *map(_line_of, [*move.old, *move.new])]


def _advice_of(move: Move) -> str:
    if not move.new_is_used:
        return gettext(
            "No token was requested with a key or an identity yet. Let the machines use one first."
        )
    if not move.old_is_idle:
        return gettext(
            "A secret was used or added within the Token Lifetime. Switch every machine that still "
            "uses one before the secrets expire."
        )
    return gettext("No secret was used for longer than the Token Lifetime.")


def _line_of(use: Use) -> str:
    credential = use.credential
    values = {
        "kind": credential._meta.verbose_name,
        "name": credential,
        "tokens": use.tokens,
        "when": day_time(credential.last_used_at) if credential.last_used_at else gettext("never"),
    }
    sentence = gettext("The %(kind)s %(name)s: tokens in 24 hours %(tokens)s, last used %(when)s.")
    return sentence % values


def _has_moved(client: Client) -> bool:
    move = move_of_client(client, now=timezone.now()) if is_present(client) else None
    return move is not None and move.new_is_used


@CLIENT.operation(
    "secrets/end",
    _("End Secrets"),
    Action.REMOVE_SECRET,
    find=_with_secrets,
    button=_("End secrets"),
    lines=_uses_of,
    form=SecretsEndForm,
    arguments=lambda client, now: {"now": now},
    is_offered=_has_moved,
)
def secrets_end(client: Client, form: SecretsEndForm, **by: Any) -> Answer:
    ended = len(end_secrets(client, ends_at=form.cleaned_data["old_ends_at"], **by))
    message = ngettext("%(number)s secret will expire.", "%(number)s secrets will expire.", ended)
    return Done(message % {"number": ended}, client)
