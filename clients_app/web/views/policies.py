"""Policies: what the tenant demands, and who would fall foul of it, before it is saved."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from clients_app.errors import ChangedMeanwhile, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import administrators_without_factor
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.identity.person import person_of
from clients_app.models import Person
from clients_app.permissions import Action
from clients_app.selectors.tenants.policies import noncompliant_clients, tenant_policy
from clients_app.services.tenants.policies import set_policies
from clients_app.web.access import may, signed_in
from clients_app.web.forms.policy_form import PolicyForm
from clients_app.web.htmx import see_other, show


@require_safe
@signed_in
@may(Action.READ_POLICIES)
def policies(request: HttpRequest) -> HttpResponse:
    """Show what the tenant demands; filled by the address where one comes Back to it."""
    if "version" in request.GET:
        return _ask(request, PolicyForm.shown(request.GET))
    tenant = person_of(request).tenant
    return _ask(request, PolicyForm.opened(tenant_policy(tenant.pk), version=tenant.version))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.SET_POLICIES)
@keeps(PolicyForm)
def policies_check(request: HttpRequest) -> HttpResponse:
    """Show who would fall foul; Save sets the policies."""
    actor, now = actor_of(request), timezone.now()
    if BACK in request.POST:
        return _ask(request, PolicyForm.shown(request.POST))
    form = PolicyForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _ask(request, form, status=422)
    if request.method != "POST":
        return _check(request, form)
    given = form.cleaned_data
    try:
        set_policies(
            form.policy,
            expected_version=given["version"],
            confirms_ends=given["confirm"],
            actor=actor,
            now=now,
        )
    except ChangedMeanwhile as error:
        messages.warning(request, sentence_of(error))
        return see_other(reverse("policies"))
    except RuleBroken as error:
        form.add_broken(error)
        return _check(request, form, status=422)
    messages.success(request, gettext("Policies saved."))
    return see_other(reverse("policies"))


def _ask(request: HttpRequest, form: PolicyForm, *, status: int = 200) -> HttpResponse:
    title = gettext("Policies")
    return show(
        request, "settings/policies", {"form": form}, title=title, fragments=(), status=status
    )


def _check(request: HttpRequest, form: PolicyForm, *, status: int = 200) -> HttpResponse:
    typed = request.GET.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 1
    tenant_id, now = actor_of(request).tenant_id, timezone.now()
    kept = [pair for pair in form.hidden if pair[0] != "confirm"]
    context = {
        "form": form,
        "policy": form.policy,
        "page": noncompliant_clients(tenant_id, form.policy, page=number, now=now),
        "administrators": _to_be_led(tenant_id, form),
        "query": urlencode(kept),
        "kept": kept,
    }
    title = gettext("Policies")
    return show(
        request, "settings/policies_check", context, title=title, fragments=(), status=status
    )


def _to_be_led(tenant_id: UUID, form: PolicyForm) -> list[Person]:
    """Return the administrators who would have to set up a second factor first."""
    if not form.policy.mfa_for_administrators:
        return []
    return list(administrators_without_factor(tenant_id).order_by("username_key"))
