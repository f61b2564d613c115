"""What the operations on secrets, public keys and federated identities have in common."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from clients_app.admin.operations.kinds import CLIENT, Kind, is_live, is_present
from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.http.credential_kinds import CredentialKind
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action
from clients_app.rules.verdicts import Verdict
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.removal import RECENT
from clients_app.templatetags.moments import day_time


def client_and_last_use(credential: Any) -> tuple[str, ...]:
    """Return to whom it belongs and when it was used, as sentences."""
    last_at = credential.usage.order_by("-hour").values_list("last_at", flat=True).first()
    in_use = last_at is not None and last_at > timezone.now() - RECENT
    is_secret = isinstance(credential, ClientSecret)
    return (
        gettext("It belongs to %(client)s.") % {"client": credential.client},
        gettext("It has never been used.")
        if last_at is None
        else gettext("It was last used: %(when)s.") % {"when": day_time(last_at)},
        *([gettext("This secret is in use.") if is_secret else gettext("It is in use.")] * in_use),
    )


def for_new(client: Client, now: datetime) -> dict[str, Any]:
    """Return the arguments of a form that adds a credential."""
    return {"now": now, "policy": tenant_policy(client.tenant_id)}


def for_another(credential: Any, now: datetime) -> dict[str, Any]:
    """Return the arguments of a form that adds a credential in place of this one."""
    return for_new(credential.client, now)


def check_lines(checks: Iterable[Verdict]) -> list[str]:
    """Return what does not fit, a line for each claim."""
    sentence = gettext("%(claim)s: %(sent)s. Expected: %(expected)s. %(sentence)s")
    return [
        sentence
        % {
            "claim": check.claim,
            "sent": check.sent or "-",
            "expected": check.expected or "-",
            "sentence": gettext(check.sentence),
        }
        for check in checks
        if not check.fits
    ]


def proves_itself(client: Client) -> bool:
    """Return whether a client may have credentials."""
    return is_present(client) and client.type.has_secrets


def addition(
    verb: str, label: str | Promise, action: Action, form: type[PortalForm], **more: Any
) -> "partial[Operation]":
    """Return the operation that adds a credential, without what performs it."""
    more = {"form": form, "arguments": for_new, "is_offered": proves_itself, **more}
    return CLIENT.operation(verb, label, action, **more)


def rotation(
    kind: Kind, label: str | Promise, action: Action, form: type[PortalForm], **more: Any
) -> "partial[Operation]":
    """Return the operation that replaces a live credential, without what performs it."""
    more = {"form": form, "arguments": for_another, "is_offered": is_live, **more}
    return kind.operation("rotate", label, action, lines=client_and_last_use, **more)


def edit_of(
    kind: Kind, credential: CredentialKind, form: type[PortalForm], **more: Any
) -> Operation:
    """Return the operation that edits a live credential of a kind."""

    @kind.edit(
        credential.edit_title,
        credential.may_edit,
        form,
        lines=client_and_last_use,
        arguments=lambda row, now: {"credential": row, **for_another(row, now)},
        is_offered=is_live,
        **more,
    )
    def operation(row: Any, form: Any, **by: Any) -> Answer:
        version = form.cleaned_data["version"]
        saved = credential.edit(row.client, row.pk, form.draft(), expected_version=version, **by)
        return Done(credential.say(credential.saved, saved), saved)

    return operation


def removal_of(
    kind: Kind, credential: CredentialKind, *, title: str | Promise, effect: str
) -> Operation:
    """Return the operation that removes a credential of a kind."""

    def lines(row: Any) -> tuple[str, ...]:
        return (*client_and_last_use(row), gettext(effect))

    @kind.removal(credential.remove_title, credential.may_remove, lines, title=title)
    def operation(row: Any, form: PortalForm, **by: Any) -> Answer:
        removed = credential.remove(row.client, row.pk, **by)
        return Done(credential.say(credential.removed, removed), row.client)

    return operation
