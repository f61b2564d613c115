"""Sign-in and proof of identity by what a person brings back from a provider (SES-8)."""

from datetime import datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.models import Login
from django.http import HttpRequest

from clients_app.http.peer_address import address_of
from clients_app.identity.actor import acting
from clients_app.identity.allauth_internals import perform_login, record_authentication
from clients_app.identity.last_proof import BY_PROVIDER, asks_code
from clients_app.identity.person import person_of
from clients_app.identity.sign_in import await_code
from clients_app.identity.sign_on.id_tokens import proved_at
from clients_app.identity.sign_on.people import has_account, person_behind, tenant_of
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.identity.sign_on.visit import Visit, claims_brought, provider_with
from clients_app.models import Person
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.services.activity.refused_attempts import note_refused_sign_on
from clients_app.services.people.sign_ins import record_proof


def end_visit(
    request: HttpRequest, provider: SignOnProvider, visit: Visit, *, now: datetime
) -> None:
    """Sign the person in, or wait for their code, or take their proof. Errors: SignOnRefused."""
    claims = claims_brought(request, provider, visit, now=now)
    if visit.person_id:
        _confirm(request, provider, visit, claims, now=now)
        return
    person = person_behind(provider, claims, now=now)
    _record(request, person, provider, claims, now=now)
    perform_login(request, Login(user=person, redirect_url=visit.to))
    if not request.user.is_authenticated:  # a code comes next
        await_code(request, person)


def proof_provider(request: HttpRequest) -> SignOnProvider | None:
    """Return the provider where the person confirms their identity: that of this session.

    People with a second factor of the portal confirm with its codes.
    """
    if asks_code(request):
        return None
    records = get_authentication_records(request, request.user)
    used = [one["provider"] for one in records if one["method"] == BY_PROVIDER]
    return provider_with(used[-1]) if used else None


def note_refusal(
    request: HttpRequest, error: SignOnRefused, provider: SignOnProvider, *, now: datetime
) -> None:
    """Record that single sign-on was refused, and why."""
    tenant, username = tenant_of(provider), error.username
    if not username and request.user.is_authenticated:
        username = person_of(request).username
    note_refused_sign_on(
        f"{provider.name}: {error.detail or error.reason}",
        tenant_id=tenant.pk if tenant else None,
        username=username,
        address=address_of(request),
        now=now,
    )


def _confirm(
    request: HttpRequest,
    provider: SignOnProvider,
    visit: Visit,
    claims: dict[str, Any],
    *,
    now: datetime,
) -> None:
    person = person_of(request) if request.user.is_authenticated else None
    if person is None or str(person.pk) != visit.person_id:
        raise SignOnRefused("not begun", provider, detail="the session is another one")
    if not has_account(person, provider, claims["sub"]):
        raise SignOnRefused("other account", provider, username=person.username)
    record_proof(person, actor=acting(request, person), now=now)
    _record(request, person, provider, claims, now=now)
    request.session.cycle_key()


def _record(
    request: HttpRequest,
    person: Person,
    provider: SignOnProvider,
    claims: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Note in the session when the person proved who they are; 0: the provider does not say."""
    moment = proved_at(claims, now=now) or 0.0
    record_authentication(request, person, BY_PROVIDER, provider=provider.id, at=moment)
