"""Add, Edit, Rotate and Remove Public Key, and Edit Assertions."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms import KeyEditForm, KeyForm, KeyRotateForm
from clients_app.admin.operations.credentials import addition, edit_of, removal_of, rotation
from clients_app.admin.operations.kinds import CLIENT, PUBLIC_KEY, is_present
from clients_app.admin.operations.operation import KEY_PAIR, Answer, Done
from clients_app.errors import gettext_noop
from clients_app.http import credential_kinds
from clients_app.http.forms.assertion_rules_form import AssertionRulesForm
from clients_app.models import Client, ClientKey
from clients_app.permissions import Action
from clients_app.services.credentials.assertion_rules import set_assertion_rules
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import add_keys


@addition("keys/add", _("Add Public Key"), Action.ADD_CREDENTIAL, KeyForm, below=KEY_PAIR)
def key_add(client: Client, form: KeyForm, **by: Any) -> Answer:
    added = ", ".join(map(str, add_keys(client, form.draft(), **by)))
    return Done(gettext("Public key %(key)s added.") % {"key": added}, client)


@rotation(PUBLIC_KEY, _("Rotate Public Key"), Action.ADD_CREDENTIAL, KeyRotateForm, below=KEY_PAIR)
def key_rotate(key: ClientKey, form: KeyRotateForm, **by: Any) -> Answer:
    ends_at = form.cleaned_data["old_ends_at"]
    rotated = rotate_key(key.client, key.pk, form.draft(), old_ends_at=ends_at, **by)
    return Done(gettext("Public key %(key)s added.") % {"key": rotated.key}, rotated.key)


key_edit = edit_of(PUBLIC_KEY, credential_kinds.KEY, KeyEditForm)
key_remove = removal_of(
    PUBLIC_KEY,
    credential_kinds.KEY,
    title=_("Remove the public key %(row)s?"),
    effect=gettext_noop(
        "It stops working immediately, and so do its tokens. This cannot be undone."
    ),
)


def _signs(client: Client) -> tuple[str]:
    text = gettext("What %(client)s may sign with its private keys (private_key_jwt).")
    return (text % {"client": client},)


@CLIENT.edit(
    _("Edit Assertions"),
    Action.EXTEND_CREDENTIAL,
    AssertionRulesForm,
    verb="assertions/edit",
    lines=_signs,
    is_offered=lambda client: is_present(client) and client.keys.present().exists(),
)
def assertions_edit(client: Client, form: AssertionRulesForm, **by: Any) -> Answer:
    version = form.cleaned_data["version"]
    saved = set_assertion_rules(client, form.rules, expected_version=version, **by)
    return Done(gettext("Assertions saved."), saved)
