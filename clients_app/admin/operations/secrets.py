"""Add, Rotate and Remove Secret."""

from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms import RotateForm, SecretForm
from clients_app.admin.operations.client_state import is_present
from clients_app.admin.operations.operation import Answer, Done, Operation, PlainSecret
from clients_app.http.forms.portal_form import PortalForm, form_key_of
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action
from clients_app.rules.expiry import is_expired
from clients_app.selectors.tenants.installation import present_client, present_secret
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.removal import RECENT
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.templatetags.moments import day_time


@partial(
    Operation,
    "secret-add",
    "<uuid:client_id>/secrets/add/",
    _("Add Secret"),
    Action.ADD_SECRET,
    present_client,
    form=SecretForm,
    arguments=lambda client, now: {"now": now, "policy": tenant_policy(client.tenant_id)},
    is_offered=lambda client: is_present(client) and client.type.has_secrets,
    uses_key=True,
)
@sensitive_variables("added")
def secret_add(client: Client, form: SecretForm, **by: Any) -> Answer:
    added = add_secret(client, form.secret_draft(), form_key=form_key_of(form.data), **by)
    title = gettext("Secret Successfully Added")
    return PlainSecret(client, added.plain, title)


def _client_and_last_use(secret: ClientSecret) -> tuple[str, ...]:
    last_at = secret.usage.order_by("-hour").values_list("last_at", flat=True).first()
    in_use = last_at is not None and last_at > timezone.now() - RECENT
    return (
        gettext("It belongs to %(client)s.") % {"client": secret.client},
        gettext("It has never been used.")
        if last_at is None
        else gettext("It was last used: %(when)s.") % {"when": day_time(last_at)},
        *([gettext("This secret is in use.")] if in_use else []),
    )


@partial(
    Operation,
    "secret-rotate",
    "<int:secret_id>/rotate/",
    _("Rotate Secret"),
    Action.ROTATE_SECRET,
    present_secret,
    title=_("Rotate the secret %(row)s"),
    lines=_client_and_last_use,
    form=RotateForm,
    arguments=lambda secret, now: {
        "secret_id": secret.pk,
        "secrets": list(secret.client.secrets.live(now)),
        "now": now,
        "policy": tenant_policy(secret.client.tenant_id),
    },
    is_offered=lambda secret: (
        secret.removed_at is None and not is_expired(secret.expires_at, timezone.now())
    ),
    uses_key=True,
)
@sensitive_variables("rotated")
def secret_rotate(secret: ClientSecret, form: RotateForm, **by: Any) -> Answer:
    rotated = rotate_secret(
        secret.client,
        secret.pk,
        form.secret_draft(),
        old_ends_at=form.cleaned_data["old_ends_at"],
        remove_id=form.cleaned_data.get("remove"),
        form_key=form_key_of(form.data),
        **by,
    )
    title = gettext("Secret Successfully Added")
    return PlainSecret(secret.client, rotated.plain, title)


@partial(
    Operation,
    "secret-remove",
    "<int:secret_id>/remove/",
    _("Remove Secret"),
    Action.REMOVE_SECRET,
    present_secret,
    title=_("Remove the secret %(row)s?"),
    lines=lambda secret: (
        *_client_and_last_use(secret),
        gettext("It stops working immediately. This cannot be undone."),
    ),
    is_offered=lambda secret: secret.removed_at is None,
)
def secret_remove(secret: ClientSecret, form: PortalForm, **by: Any) -> Answer:
    remove_secret(secret.client, secret.pk, **by)
    return Done(gettext("The secret is removed."), secret.client)
