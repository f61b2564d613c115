"""Add, Edit and Remove Federated Identity."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms import PlatformForm, RuleEditForm, RuleForm, WhichPlatformForm
from clients_app.admin.operations.credentials import addition, edit_of, for_new, removal_of
from clients_app.admin.operations.kinds import IDENTITY
from clients_app.admin.operations.operation import GRADE, Answer, Done, Operation, ask_and_perform
from clients_app.admin.pages import show_form
from clients_app.errors import gettext_noop
from clients_app.http import credential_kinds
from clients_app.http.forms.identity_forms import changed_rules
from clients_app.models import Client, FederatedIdentity
from clients_app.permissions import Action
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.federation.trust import Trust
from clients_app.selectors.credentials.near_misses import fit_of
from clients_app.selectors.tenants.installation import present_client
from clients_app.services.credentials.identities import add_identity


def _page(request: HttpRequest, operation: Operation, client_id: UUID) -> HttpResponse:
    """Ask for the platform, which becomes part of the address, then for its names or the rules."""
    client, now = present_client(client_id), timezone.now()
    first = WhichPlatformForm(request.GET if "platform" in request.GET else None)
    if not first.is_valid():
        title, button = gettext("Add Federated Identity"), gettext("Continue")
        return show_form(request, first, title=title, button=button, subject=client, method="get")
    preset = PRESETS[first.cleaned_data["platform"]]
    if preset.key == "other":
        operation = operation._replace(form=RuleForm, below=GRADE)
    arguments = {"preset": preset, **for_new(client, now)}
    lines = (gettext("%(platform)s, for %(client)s") % {"platform": preset.name, "client": client},)
    return ask_and_perform(
        request, operation, client, arguments, tenant_id=client.tenant_id, now=now, lines=lines
    )


def _edit_page(request: HttpRequest, operation: Operation, identity_id: int) -> HttpResponse:
    """With ``near_miss`` in the address, the form opens with rules that would accept that one."""
    row: Any = operation.find(identity_id)
    now, tenant_id = timezone.now(), row.client.tenant_id
    fit = fit_of(row, request.GET.get("near_miss", ""), now=now)
    arguments = {"fit": fit, **operation.arguments(row, now)}
    lines = [*operation.lines(row), *(_lines_of_fit(row, fit) if fit else ())]
    return ask_and_perform(
        request, operation, row, arguments, tenant_id=tenant_id, now=now, lines=lines
    )


def _lines_of_fit(identity: FederatedIdentity, fit: Trust) -> Iterator[str]:
    yield gettext(
        "The rules below are changed to fit the token. Nothing is saved yet. Check the grade below "
        "before you save."
    )
    for label, rule in changed_rules(identity, fit):
        yield gettext("Current %(label)s: %(rule)s") % {"label": label, "rule": rule}


@addition(
    "identities/add",
    _("Add Federated Identity"),
    Action.ADD_CREDENTIAL,
    PlatformForm,
    other_forms=(RuleForm,),
    page=_page,
)
def identity_add(client: Client, form: PlatformForm | RuleForm, **by: Any) -> Answer:
    added = add_identity(client, form.draft(), **by)
    return Done(gettext("Federated identity %(identity)s added.") % {"identity": added}, added)


identity_edit = edit_of(
    IDENTITY, credential_kinds.IDENTITY, RuleEditForm, below=GRADE, page=_edit_page
)
identity_remove = removal_of(
    IDENTITY,
    credential_kinds.IDENTITY,
    title=_("Remove the federated identity %(row)s?"),
    effect=gettext_noop(
        "It stops working immediately, and so do its tokens. This cannot be undone."
    ),
)
