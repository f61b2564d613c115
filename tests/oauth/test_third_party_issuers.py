"""Tokens of issuers of other makes that rotate their keys meanwhile. FED-1, CRE-8.

The keys are fetched over HTTP, by discovery, as in production; only the ten seconds between two
fetches pass at once.
"""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import jwt
import pytest

from clients_app.models import FederatedIdentity, FetchedKeySet, NearMiss
from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.credentials.identities import IdentityDraft, add_identity
from clients_app.services.usage import counts
from tests.actors import command_line_in
from tests.background import running_process
from tests.free_ports import free_port
from tests.oauth.assertions import ISSUER, asking
from tests.oauth.wsgi import Reply, environ, through_the_short_entrance
from tests.third_party import npm_packages
from tests.waiting import wait_until

pytestmark = [pytest.mark.one_database, pytest.mark.django_db(transaction=True)]
NAMES = ("oidc-provider", "oauth2-mock-server", "@mongodb-js/oidc-mock-provider")


class Issuer(NamedTuple):
    """A running issuer; ``say`` sends a command and returns its answer."""

    url: str
    say: Callable[[str], str]


@pytest.fixture
def issuer(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(key_sets, "WAIT_S", 20.0)
    key_sets.forget()
    near_misses.noted.clear()
    port = free_port()
    with running_process(
        ["node", "--no-warnings", "issuers.mjs", request.param, str(port), ISSUER],
        cwd=npm_packages.programs(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        given, answers = process.stdin, process.stdout

        def say(command: str) -> str:
            given.write(f"{command}\n")
            given.flush()
            return answers.readline().strip()

        assert answers.readline() == "ready\n"
        yield Issuer(f"http://127.0.0.1:{port}", say)
        given.close()


@pytest.fixture
def own(good: SimpleNamespace, issuer: Issuer) -> FederatedIdentity:
    """An identity of the good client, added as people add it, with its keys fetched."""
    draft = IdentityDraft(issuer=issuer.url, subject_rule="job:build", expires_at=None)
    actor = command_line_in(good.row.tenant)
    added = add_identity(good.row, draft, actor=actor, now=datetime.now(UTC))
    wait_until(lambda: FetchedKeySet.objects.filter(fetched_at__isnull=False).exists())
    return added


def ask(good: SimpleNamespace, token: str) -> Reply:
    return through_the_short_entrance(environ(body=asking(token, client_id=good.id)))


def credential_in(reply: Reply) -> Any:
    assert reply.status == 200, reply.body
    claims = jwt.decode(reply.json()["access_token"], options={"verify_signature": False})
    return claims["cred"]


@pytest.mark.parametrize("issuer", NAMES, indirect=True)
def test_token_of_a_third_party_is_accepted_also_after_its_issuer_rotated_its_keys(
    good: SimpleNamespace, own: FederatedIdentity, issuer: Issuer
):
    before = issuer.say("token job:build")
    assert credential_in(ask(good, before)) == f"identity:{own.pk}"
    assert ask(good, issuer.say("token job:other")).status == 401

    kid = issuer.say("rotate")
    after = issuer.say("token job:build")
    assert jwt.get_unverified_header(after)["kid"] == kid
    key_sets.forget()
    long_ago = datetime.now(UTC) - timedelta(seconds=11)
    FetchedKeySet.objects.update(tried_at=long_ago)

    assert credential_in(ask(good, after)) == f"identity:{own.pk}"
    [keys] = FetchedKeySet.objects.values_list("jwks", flat=True)
    published = {jwk["kid"] for jwk in keys["keys"]}
    assert kid in published
    is_kept = jwt.get_unverified_header(before)["kid"] in published
    assert ask(good, before).status == (200 if is_kept else 401)
    counts.flush()
    signed = NearMiss.objects.get(is_signed=True)
    assert [one["claim"] for one in signed.verdicts if one["problem"]] == ["sub"]
