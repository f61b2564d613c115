"""`manage.py identities`: list, show, add, edit, remove, test and near-misses."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clients_app.models import Client, FederatedIdentity, NearMiss, Tenant
from tests.credentials import insert_identities
from tests.management.conftest import Run
from tests.oauth.assertions import MISSING, assertion, key_of

YEAR = datetime.now(UTC).year + 1
EC = key_of("EC")
JWKS = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}
GITHUB = (
    *("--platform", "github", "--field", "owner=octo-org", "--field", "repository=octo-repo"),
    *("--field", "environment=production"),
)


def test_added_identity_is_listed_and_shown(run: Run, pump: Client) -> None:
    words = (*GITHUB, "--description", "deploy", "--expires", f"{YEAR}-03-01", "--json")
    printed = json.loads(run("identities", "add", "Pump", *words).out)

    row = FederatedIdentity.objects.get()
    assert (printed["Id"], printed["Platform"], printed["Grade"]) == (row.pk, "github", "safe")
    assert row.subject_rule == "repo:octo-org/octo-repo:environment:production"
    assert row.expires_at == datetime(YEAR, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert json.loads(run("identities", "list", "Pump", "--json").out) == printed
    heading, line = run("identities", "list", "Pump").out.splitlines()
    assert heading.split() == ["ID", "PLATFORM", "GRADE", "EXPIRES", "LAST", "USED", "SUBJECT"]
    assert line.split() == [
        *(str(row.pk), "github", "safe", f"{YEAR}-03-01", "23:59", "never", row.subject_rule),
    ]
    assert f"Federated identity {row.pk}: deploy, expires" in run("clients", "show", "Pump").out
    assert json.loads(run("clients", "show", "Pump", "--json").out)["FederatedIdentities"] == [
        printed
    ]
    shown = run("identities", "show", "Pump", str(row.pk)).out
    assert "Platform:    GitHub Actions\n" in shown
    assert "Grade:       Safe: " in shown


def test_identity_by_rules_is_edited_and_removed(run: Run, pump: Client, tmp_path: Path) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(JWKS))
    rules = ("--issuer", "https://ci.example.com", "--subject", "job:build", "--claim", "ref=main")
    said = run("identities", "add", "Pump", *rules, "--jwks", str(keys), "--never-expires").out
    row = FederatedIdentity.objects.get()
    words = ("Pump", str(row.pk))

    assert said.startswith(f"The federated identity job:build is added with the id {row.pk}.")
    assert (row.claim_rules, row.jwks) == ({"ref": "main"}, JWKS)
    edited = run("identities", "edit", *words, "--subject", "job:b*", "--claim", "", "--jwks", "")
    assert "The federated identity job:b* is changed. Expires: never.\nCaution: " in edited.out
    row.refresh_from_db()
    assert (row.subject_rule, row.claim_rules, row.jwks) == ("job:b*", {}, None)
    assert row.issuer == "https://ci.example.com"
    run("identities", "edit", *words, *GITHUB)
    row.refresh_from_db()
    assert (row.preset, row.issuer) == ("github", "https://token.actions.githubusercontent.com")
    assert run("identities", "remove", *words).status == 0
    assert run("identities", "remove", *words).status == 1
    assert run("identities", "list", "Pump", "--json").out == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "(--issuer)"),
        (("--platform", "github"), "Enter a value such as octo-org. (--field owner)"),
        (("--platform", "github", "--claim", "ref=main"), "(--subject)"),
        (("--platform", "jenkins"), "Name one of these platforms: github, gitlab"),
        (("--platform", "github", "--field", "owner=a b"), "(--field owner)"),
        (("--platform", "github", "--field", "org=a"), "This platform has no field org. It has:"),
        (("--field", "owner"), "Enter each name once, as NAME=VALUE (--field)."),
        (("--issuer", "https://ci.example.com", "--subject", "a*b"), "(--subject)"),
        (("--claim", "a=1", "--claim", "a=2"), "Enter each name once, as NAME=VALUE (--claim)."),
    ],
)
def test_bad_identity_is_refused(run: Run, pump: Client, words: Any, error: str) -> None:
    ended = run("identities", "add", "Pump", *words)
    assert (ended.status, error in ended.error) == (1, True), ended.error
    assert not FederatedIdentity.objects.exists()


def test_token_is_tested_and_the_status_says_whether_it_fits(
    run: Run, pump: Client, tmp_path: Path
) -> None:
    [identity] = insert_identities(pump, 1, issuer="https://ci.example.com", jwks=JWKS)
    claims = {"iss": identity.issuer, "aud": identity.audience, "jti": MISSING}
    header = {"typ": "JWT", "kid": EC.thumbprint()}
    file = tmp_path / "token"

    file.write_text(assertion("", EC, header=header, sub="job:build", **claims) + "\n")
    fits = run("identities", "test", "Pump", "--token", str(file))
    file.write_text(assertion("", EC, header=header, sub="job:deploy", **claims))
    misses = run("identities", "test", "Pump", "--token", str(file))
    file.write_text("x")
    no_token = run("identities", "test", "Pump", "--token", str(file))

    assert (fits.status, fits.out) == (
        0,
        f"Federated identity {identity.pk} (job:build): accepted\n",
    )
    assert (misses.status, no_token.status) == (1, 1)
    assert misses.out.splitlines() == [
        f"Federated identity {identity.pk} (job:build): refused",
        "  sub: job:deploy, expected: job:build. "
        "Make the rule fit, if this machine may have tokens.",
    ]
    assert misses.error.strip() == "No key or identity of this client accepts the token."
    assert no_token.error.strip() == "This is not a JSON Web Token. Enter all of it."
    assert not NearMiss.objects.exists()


def test_line_of_a_long_value_ends_with_one_mark(run: Run, pump: Client, tmp_path: Path) -> None:
    [identity] = insert_identities(pump, 1, issuer="https://ci.example.com", jwks=JWKS)
    claims = {"iss": identity.issuer, "aud": identity.audience, "sub": "job:build"}
    header = {"kid": EC.thumbprint(), "jku": f"https://keys.example/{'x' * 300}"}
    file = tmp_path / "token"
    file.write_text(assertion("", EC, header=header, **claims))

    ended = run("identities", "test", "Pump", "--token", str(file))

    assert "xxx… Send no key or its address" in ended.out


def test_near_misses_name_the_options_that_would_fit(run: Run, pump: Client) -> None:
    [identity] = insert_identities(pump, 1, issuer="https://ci.example.com")
    verdict = {"claim": "sub", "sent": "job:deploy", "expected": "x", "problem": "subject rule"}
    NearMiss.objects.create(
        client=pump,
        identity=identity,
        at=datetime.now(UTC),
        address="192.0.2.7",
        verdicts=[verdict],
    )

    first, second, third = run("identities", "near-misses", "Pump").out.splitlines()

    assert first.endswith(" 192.0.2.7")
    assert second.startswith("  sub: job:deploy, expected: job:build. ")
    assert third == "  To make the rules fit: --issuer=https://ci.example.com --subject=job:deploy"
    options = third.partition(": ")[2].split()
    assert run("identities", "edit", "Pump", str(identity.pk), *options).status == 0
    assert FederatedIdentity.objects.get().subject_rule == "job:deploy"
    _, mended = run("identities", "near-misses", "Pump").out.splitlines()
    assert mended == "  The rules accept such a token now."


def test_client_comes_with_an_identity_or_a_key_and_no_secret(
    run: Run, tenant: Tenant, tmp_path: Path
) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(EC.as_pem(private=False))

    by_platform = run("clients", "add", "One", *GITHUB, "--json")
    by_key = run("clients", "add", "Two", "--key", str(pem))
    both = run("clients", "add", "Three", "--key", str(pem), *GITHUB)

    assert set(json.loads(by_platform.out)) == {"client_id", "token_endpoint"}
    assert "Client Secret" not in by_key.out
    assert (by_key.status, both.status) == (0, 1)
    one, two = Client.objects.order_by("name")
    assert (one.secrets.count(), one.identities.count()) == (0, 1)
    assert (two.secrets.count(), two.keys.count()) == (0, 1)
