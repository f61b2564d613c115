"""Public keys and federated identities in a file: export, plan and apply."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from clients_app.models import AuditEvent, Client, ClientKey, FederatedIdentity, Tenant
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_application, make_client, make_tenant
from tests.management.conftest import Run
from tests.moments import NOW
from tests.oauth.assertions import key_of

EC, OKP = key_of("EC"), key_of("OKP")
GITHUB = """
  - description: Deployments
    platform: github
    fields: {owner: octo-org, repository: octo-repo, environment: production}
    expires: never
"""


def key_in_yaml(key: Any) -> str:
    return json.dumps(key.as_dict(private=False))


def file_of(*, keys: str = "", identities: str = "", more: str = "") -> str:
    text = f"clients:\n- name: Pump\n{more}"
    text += f"  public_keys:\n{keys}" if keys else ""
    return text + (f"  federated_identities:\n{identities}" if identities else "")


@pytest.fixture
def declared(run: Run, tenant: Tenant, tmp_path: Path) -> Callable[..., Any]:
    """A function that runs a command on a file with this text."""

    def with_text(name: str, text: str, *words: str) -> Any:
        path = tmp_path / "given.yaml"
        path.write_text(text)
        return run(name, str(path), *words)

    return with_text


def said(ended: Any) -> list[str]:
    return [line for line in ended.out.splitlines() if line.startswith("- ")]


def test_new_client_with_a_key_and_an_identity_gets_no_secret(
    declared: Callable[..., Any],
) -> None:
    text = file_of(
        keys=f"  - {{description: build, key: {key_in_yaml(EC)}, expires: 2099-01-01 00:00}}\n",
        identities=GITHUB,
        more="  demands_assertion_type: true\n",
    )
    text = text.replace("2099-01-01 00:00", '"2027-11-01T10:15:00+02:00"')

    plan, applied, again = (declared(name, text) for name in ("plan", "apply", "plan"))

    pump, key, identity = Client.objects.get(), ClientKey.objects.get(), None
    identity = FederatedIdentity.objects.get()
    assert (plan.status, applied.status) == (2, 0)
    assert again == (0, "Nothing would change.\n", "")
    assert not any("secret" in line for line in said(plan))
    assert [line.split()[1] for line in said(plan)] == ["Added", "Added", "Added"]
    [line] = [line for line in applied.out.splitlines() if line.startswith("{")]
    assert set(json.loads(line)) == {"client_id", "token_endpoint"}
    assert (pump.secrets.count(), pump.demands_assertion_type) == (0, True)
    assert (key.thumbprint, key.description) == (EC.thumbprint(), "build")
    assert key.expires_at is not None
    assert key.expires_at.isoformat() == "2027-11-01T08:15:00+00:00"
    assert identity.subject_rule == "repo:octo-org/octo-repo:environment:production"
    assert (identity.expires_at, identity.preset) == (None, "github")


def test_export_is_applied_without_a_change_and_copies_to_another_tenant(
    run: Run, tenant: Tenant, declared: Callable[..., Any]
) -> None:
    client = make_client("Pump", tenant).client
    declared("apply", file_of(keys=f"  - key: {key_in_yaml(EC)}\n", identities=GITHUB))
    insert_keys(client, 1, jwk=None, thumbprint="", jwks_url="https://pump.example.com/jwks")
    insert_keys(client, 1, expires_at=NOW, thumbprint="expired")
    jwks = {"keys": [{**EC.as_dict(private=False), "kid": "a"}]}
    insert_identities(client, 1, audience="urn:us", jwks=jwks, claim_rules={"ref": "main"})
    make_application("Rooms", tenant)

    exported = run("export").out

    [values] = [one for one in yaml.safe_load(exported)["clients"] if one["name"] == "Pump"]
    assert len(values["public_keys"]) == len(values["federated_identities"]) == 2
    assert "audience" not in values["federated_identities"][0]
    assert declared("plan", exported) == (0, "Nothing would change.\n", "")
    make_tenant("Contoso")
    copied = run("export", "--without-ids", "--tenant", tenant.name).out
    ended = declared("apply", copied.replace(tenant.name, "Contoso"))
    assert (ended.status, ended.error) == (0, "")
    copy = Client.objects.get(tenant__name="Contoso", name="Pump")
    assert (copy.keys.count(), copy.identities.count(), copy.secrets.count()) == (2, 2, 0)


def test_list_is_all_that_the_client_has(
    run: Run, tenant: Tenant, declared: Callable[..., Any]
) -> None:
    client = make_client("Pump", tenant).client
    declared("apply", file_of(keys=f"  - {{description: a, key: {key_in_yaml(EC)}}}\n"))
    declared("apply", file_of(identities=GITHUB))
    first = client.keys.get()

    moved = GITHUB.replace("production", "staging")
    new = f"  - {{description: b, key: {key_in_yaml(OKP)}}}\n"
    ended = declared("apply", file_of(keys=new, identities=moved))

    assert [line.split()[1] for line in said(ended)] == ["Removed", "Added", "Changed"]
    assert [key.thumbprint for key in client.keys.present()] == [OKP.thumbprint()]
    assert client.identities.get().subject_rule.endswith(":staging")
    assert client.secrets.count() == 1
    kept = f"  - {{description: c, key: {key_in_yaml(OKP)}, expires: never}}\n"
    ended = declared("apply", file_of(keys=kept))
    assert [line.split()[1] for line in said(ended)] == ["Changed"]
    key = client.keys.present().get()
    assert (key.description, key.expires_at) == ("c", None)
    assert client.identities.present().count() == 1
    declared("apply", "clients:\n- {name: Pump, public_keys: [], federated_identities: []}\n")
    assert not client.keys.present() | client.keys.filter(pk=first.pk, removed_at=None)
    assert not client.identities.present()


def test_problems_have_their_place_and_nothing_is_changed(
    tenant: Tenant, declared: Callable[..., Any]
) -> None:
    make_application("Rooms", tenant)
    private = json.dumps(EC.as_dict(private=True))
    text = f"""clients:
- name: A
  public_keys:
  - description: fine
    key: {key_in_yaml(EC)}
  - description: mine
    key: {private}
- name: B
  federated_identities:
  - platform: github
    fields: {{owner: a b, repository: c, branch: main}}
- name: C
  federated_identities:
  - {{issuer: https://ci.example.com, subject: "a*b"}}
- name: D
  federated_identities:
  - {{platform: jenkins}}
- name: E
  public_keys: [{{jwks_url: "https://e.example.com/jwks", expires: soon}}]
- name: Rooms
  public_keys: [{{jwks_url: "https://e.example.com/jwks"}}]
"""
    before = AuditEvent.objects.count()

    ended = declared("apply", text)

    assert (ended.status, ended.out) == (1, "")
    lines = ended.error.splitlines()
    begins = [
        "Line 7: clients 1 (A): public_keys.2.key: This is a private key, or has one in it.",
        "Line 11: clients 2 (B): federated_identities.1.fields.owner: Enter a value such as",
        "Line 14: clients 3 (C): federated_identities.1.subject: Enter * only at the end of",
        "Line 17: clients 4 (D): federated_identities.1.platform: Name one of these platforms:",
        "Line 19: clients 5 (E): public_keys.1.expires: ",
        "Line 21: clients 6 (Rooms): public_keys.1: Authorization Code clients have no secrets,",
    ]
    assert [line[: len(begin)] for line, begin in zip(lines, begins, strict=True)] == begins
    assert EC.as_dict(private=True)["d"] not in ended.error
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    "field",
    [
        "public_keys: {}",
        "public_keys: [x]",
        "public_keys: [{kid: x}]",
        "public_keys: [{key: 5}]",
        "federated_identities: [{claims: [ref]}]",
        "federated_identities: [{claims: {ref: 5}}]",
        "federated_identities: [{subject: 5}]",
        "demands_assertion_type: 1",
    ],
)
def test_value_of_a_wrong_type_is_refused(declared: Callable[..., Any], field: str) -> None:
    ended = declared("plan", f"clients:\n- name: Pump\n  {field}\n")
    name = field.partition(":")[0]
    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith(f"Line 3: clients 1 (Pump): {name}: enter ")
