"""Concurrent processes: a code and a refresh token work once (AUT-3, AUT-9)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from clients_app.models import AuditEvent, Authorization, RefreshToken, Tenant
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.authorizations.codes import redeem_code
from clients_app.services.authorizations.grants import Redemption
from clients_app.services.authorizations.refresh import rotate
from tests.faults.conftest import errors, run_concurrently
from tests.oauth.people import REDIRECT, VERIFIER, People
from tests.oauth.wsgi import through_django


@pytest.fixture
def people(committed_tenant: Tenant) -> People:
    return People(committed_tenant, through_django)


def asked(people: People, plain: str) -> Redemption:
    row = people.public.row
    return Redemption(plain, UUID(people.public.id), reach_of(row))


def redeemed(people: People, plain: str) -> str:
    request = asked(people, plain)
    now = timezone.now()
    return redeem_code(request, redirect_uri=REDIRECT, verifier=VERIFIER, now=now).refresh_token


def test_of_20_processes_that_redeem_one_code_one_gets_tokens(people: People) -> None:
    """What the others got wrong is a second use, so even these tokens end."""
    plain = people.code()

    outcomes = run_concurrently(20, lambda _: redeemed(people, plain))

    assert errors(outcomes) == {"": 1, "InvalidGrant": 19}
    assert RefreshToken.objects.count() == 1
    assert Authorization.objects.get().ended_why == "code-reused"
    assert AuditEvent.objects.filter(action="client.code.reused").count() == 1


def test_of_20_processes_that_use_one_refresh_token_one_gets_the_next(people: People) -> None:
    plain = redeemed(people, people.code())

    outcomes = run_concurrently(
        20,
        lambda _: (
            rotate(asked(people, plain), now=timezone.now() + timedelta(seconds=1)).refresh_token
        ),
    )

    assert errors(outcomes) == {"": 1, "InvalidGrant": 19}
    assert RefreshToken.objects.filter(used_at=None).count() == 1
    assert Authorization.objects.get().ended_why == "refresh-reused"
    assert AuditEvent.objects.filter(action="client.refresh.reused").count() == 1
