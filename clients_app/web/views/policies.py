"""Policies of the tenant; before they are saved, a page shows what does not comply."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import ChangedMeanwhile, RuleBroken
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import administrators_without_factor
from clients_app.identity.kept_forms import BACK
from clients_app.identity.person import person_of
from clients_app.permissions import Action
from clients_app.selectors.tenants.policies import noncompliant_clients, refused_in_dry_run
from clients_app.services.tenants.policies import set_policies
from clients_app.web.access import screen, window
from clients_app.web.addresses import at
from clients_app.web.form_window import edited_by
from clients_app.web.forms.policy_form import PolicyForm
from clients_app.web.htmx import see_other, show
from clients_app.web.list_state import page_number


@at("security/policies")
@screen(Action.READ_POLICIES)
def policies(request: HttpRequest) -> HttpResponse:
    """Show the policies of the tenant, or the form as the address of a Back link holds it."""
    if "version" in request.GET:
        return _ask(request, PolicyForm.shown(request.GET))
    return _ask(request, PolicyForm.opened(person_of(request).tenant))


@at("security/policies/check")
@window(Action.SET_POLICIES, PolicyForm)
def policies_check(request: HttpRequest) -> HttpResponse:
    """Show which clients and secrets do not comply; Save sets the policies."""
    if BACK in request.POST:
        return _ask(request, PolicyForm.shown(request.POST))
    form = PolicyForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _ask(request, form)
    if request.method != "POST":
        return _check(request, form)
    try:
        set_policies(
            form.policy,
            confirms_ends=form.cleaned_data["confirm"],
            **edited_by(request, form),
        )
    except ChangedMeanwhile as error:
        form.add_broken(error)
        form.show_changes(error.row)
        return _ask(request, form)
    except RuleBroken as error:
        form.add_broken(error)
        return _check(request, form)
    else:
        messages.success(request, gettext("Policies saved."))
    return see_other("policies")


def _ask(request: HttpRequest, form: PolicyForm) -> HttpResponse:
    dry_run = refused_in_dry_run(actor_of(request).tenant_id, now=timezone.now())
    return _page(request, "settings/policies", {"form": form, "dry_run": dry_run})


def _check(request: HttpRequest, form: PolicyForm) -> HttpResponse:
    tenant_id, now, policy = actor_of(request).tenant_id, timezone.now(), form.policy
    kept = [pair for pair in form.hidden if pair[0] != "confirm"]
    administrators = administrators_without_factor(tenant_id).order_by("username_key")
    context = {
        "form": form,
        "policy": policy,
        "page": noncompliant_clients(tenant_id, policy, page=page_number(request.GET), now=now),
        "administrators": administrators if policy.mfa_for_administrators else [],
        "query": urlencode(kept),
        "kept": kept,
    }
    return _page(request, "settings/policies_check", context)


def _page(request: HttpRequest, screen: str, context: dict[str, Any]) -> HttpResponse:
    status, title = 422 if context["form"].errors else 200, gettext("Policies")
    return show(request, screen, context, title=title, fragments=(), status=status)
