"""docs/federated-identities.md: its values make rules that accept its tokens; its request works."""

import json
import re
import time
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import ECKey

from clients_app.rules.federation.platform_tokens import first_problem
from clients_app.rules.federation.presets import PRESETS, grade_of, trust_of
from clients_app.rules.federation.trust import Level, Trust
from clients_app.rules.jwts import Jwt
from clients_app.rules.subject_rules import checked_rule
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database
PAGE = (Path(__file__).parents[2] / "docs" / "federated-identities.md").read_text()
SECTIONS = {
    part.partition("\n")[0]: part for part in PAGE.partition("## Platforms")[2].split("\n### ")[1:]
}
PLATFORMS = [preset for preset in PRESETS.values() if preset.key != "other"]
NOW = 1_800_000_000
PORTAL = "https://portal.example.com/identity"
#: of the platforms that share one, or whose form makes it
ISSUERS = {
    "github": "https://token.actions.githubusercontent.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
    "circleci": "https://oidc.circleci.com/org/o",
    "terraform": "https://app.terraform.io",
    "kubernetes": "https://oidc.eks.eu-west-1.amazonaws.com/id/A1",
    "aws": "https://0a1b.tokens.sts.global.api.aws",
    "entra": "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    "google": "https://accounts.google.com",
}


def blocks(kind: str, text: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def values_in(section: str) -> dict[str, str]:
    """Return the table of a platform: what to enter, by label."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return dict(rows[2:]) if rows[1][0].startswith("-") else dict(rows[1:])


def test_page_has_a_section_for_each_platform_in_the_order_of_the_screens():
    assert list(SECTIONS) == [preset.name for preset in PRESETS.values()]


@pytest.mark.parametrize("preset", PLATFORMS, ids=lambda preset: preset.key)
def test_values_of_the_page_make_safe_rules_that_accept_its_token(preset: Any):
    section = SECTIONS[preset.name]
    entered = values_in(section)
    issuer = entered.pop("Issuer", "")
    names = {field.label: field.name for field in preset.fields}
    assert set(entered) <= set(names)
    [claims] = map(json.loads, blocks("json", section))

    trust = trust_of(
        preset, {names[label]: value for label, value in entered.items()}, issuer=issuer
    )

    token = Jwt({}, {"aud": PORTAL, "exp": NOW + 60, **claims}, b"", b"")
    assert first_problem(token, trust, audience=PORTAL, now=NOW) is None
    for name in claims:
        other = Jwt({}, {**token.claims, name: "other"}, b"", b"")
        assert first_problem(other, trust, audience=PORTAL, now=NOW)
    assert grade_of(trust).level is Level.SAFE


def grade_rows() -> list[list[str]]:
    """Return the table of what ``*`` lets in."""
    table = PAGE.partition("| platform | subject |")[2].partition("\n\n")[0]
    return [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in table.split("\n")[2:]]


def test_table_of_grades_has_each_platform():
    assert list(dict.fromkeys(row[0] for row in grade_rows())) == [*SECTIONS]


@pytest.mark.parametrize("chosen", ["known", "unknown"])
def test_grades_of_the_table_are_those_of_the_rules(chosen: str):
    """At the issuer of the platform, and at one that nobody knows."""
    issuers = {preset.name: ISSUERS.get(preset.key, "") for preset in PRESETS.values()}
    keys = {preset.name: preset.key for preset in PRESETS.values()}
    for platform, subject, claim, level, words in grade_rows():
        name, _, value = claim.partition(" = ")
        issuer = issuers[platform] if chosen == "known" else ""
        rules = Trust(
            preset=keys[platform],
            issuer=issuer or "https://ci.example.com",
            subject_rule=checked_rule(subject, field=""),
            claim_rules={name: checked_rule(value, field="")} if claim else {},
        )
        grade = grade_of(rules)
        assert (subject, claim, grade.level) == (subject, claim, Level(level))
        assert words in grade.sentence


@pytest.mark.parametrize("text", blocks("yaml", PAGE))
def test_files_of_the_page_are_yaml(text: str):
    assert isinstance(yaml.safe_load(text), dict)


@pytest.mark.parametrize("text", blocks("sh", PAGE))
def test_programs_of_the_page_are_read_by_a_shell(text: str):
    assert run(["sh", "-n"], input=text, text=True, check=False).returncode == 0


def test_request_of_the_page_gets_a_token(live_portal: PortalProcess):
    key = ECKey.generate_key("P-256", {"kid": "one"})
    added = live_portal.manage("clients", "add", "Job without a secret", "--json")
    client_id = json.loads(added.stdout)["client_id"]
    rules = {
        "issuer": "https://ci.example",
        "subject_rule": "job:build",
        "jwks": json.dumps(key.as_dict(private=False)),
    }
    code = (
        "from datetime import UTC, datetime; from clients_app.actors import Actor\n"
        "from clients_app.models import Client\n"
        "from clients_app.services.credentials.identities import IdentityDraft, add_identity\n"
        f"client = Client.objects.get(pk={client_id!r})\n"
        f"draft = IdentityDraft(expires_at=None, **{rules!r})\n"
        "add_identity(client, draft, actor=Actor.command_line(client.tenant_id),"
        " now=datetime.now(UTC))"
    )
    assert live_portal.run("shell", "-c", code).returncode == 0
    claims = {
        "iss": "https://ci.example",
        "sub": "job:build",
        "aud": f"{live_portal.url}/identity",
        "exp": int(time.time()) + 240,
    }
    token = jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)

    [program] = [text for text in blocks("sh", PAGE) if "client_assertion" in text]
    given = {"PORTAL": live_portal.url, "CLIENT_ID": client_id, "ID_TOKEN": token}
    got = run(
        ["sh", "-c", program],
        env={"PATH": "/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        check=False,
    )

    assert got.returncode == 0, got.stdout
    assert json.loads(got.stdout)["token_type"] == "Bearer"
