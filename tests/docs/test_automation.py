"""docs/automation.md: its scripts run, and what other programs would send works."""

import json
import os
import re
import shlex
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.docs.operators import Pipeline, send
from tests.portal_process import CHECKOUT, PortalProcess

pytestmark = pytest.mark.one_database
FOLDER = CHECKOUT / "docs" / "examples" / "automation"
PAGE = (CHECKOUT / "docs" / "automation.md").read_text()
ENDS = f"{datetime.now(UTC) + timedelta(days=99):%Y-%m-%dT%H:%M:%SZ}"
SECRET = re.compile(r"pcs_[0-9A-Za-z]{49}")


@pytest.fixture(scope="module")
def pipeline(live_portal: PortalProcess) -> Pipeline:
    block = next(
        text for text in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "manage" in text
    )
    made = json.loads(live_portal.manage(*shlex.split(block)[2:]).stdout)
    tenant = json.loads(live_portal.run("tenants", "list", "--json").stdout)["Id"]
    own = {"CLIENT_ID": made["client_id"], "CLIENT_SECRET": made["client_secret"]}
    pipeline = Pipeline({"PORTAL": live_portal.url, "TENANT": tenant})
    token = pipeline.run(f"{shell('TOKEN=')}\nprintf %s $TOKEN", Path("/"), **own).stdout
    return Pipeline({**pipeline.values, "TOKEN": token})


def shell(start: str) -> str:
    """Return the block of the page that starts with ``start``."""
    return next(text for text in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if start in text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the scripts, in which a program keeps what it gets in the file ``kept``."""
    for script in FOLDER.glob("*.sh"):
        (tmp_path / script.name).symlink_to(script)
    for name in ("vault", "gh"):
        (tmp_path / name).write_text("#!/bin/sh\necho $* > words\ncat > kept\n")
        (tmp_path / name).chmod(0o700)
    return tmp_path


@pytest.fixture
def added(pipeline: Pipeline, folder: Path) -> dict[str, str]:
    """A client that the block of the page added, with the secret that was kept."""
    client_id = str(uuid.uuid4())
    own = f"CLIENT_ID={client_id} EXPIRES={ENDS}"
    words = re.sub(r"CLIENT_ID=\S+ NAME=Pump EXPIRES=\S+", own, shell("add_client.sh"))
    path = {"PATH": f"{folder}:{os.environ['PATH']}", "NAME": f"Pump {client_id[:8]}"}
    ended = pipeline.run(words, folder, **path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    again = pipeline.run(words.replace("vault", "false"), folder, **path)
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "There is this client already; its secret is not shown again.\n"
    kept = (folder / "kept").read_text()
    assert SECRET.fullmatch(kept)
    return {"CLIENT_ID": client_id, "CLIENT_SECRET": kept, **path}


@pytest.fixture
def secrets_of(pipeline: Pipeline) -> Callable[[str], Any]:
    """A function that returns the secrets of a client, as an administrator lists them."""
    values = pipeline.values

    def listed(client_id: str) -> Any:
        url = f"{values['PORTAL']}/api/v1/Tenants/{values['TENANT']}/ClientCredentialClients"
        headers = {"Authorization": f"Bearer {values['TOKEN']}"}
        return requests.get(f"{url}/{client_id}/Secrets", headers=headers, timeout=60).json()

    return listed


def test_client_is_added_once_and_rotates_by_the_commands_of_the_page(
    pipeline: Pipeline, folder: Path, added: dict[str, str], secrets_of: Callable[[str], Any]
) -> None:
    own = Pipeline({"PORTAL": pipeline.values["PORTAL"]})
    [first] = secrets_of(added["CLIENT_ID"])
    texts = [added["CLIENT_SECRET"]]
    for _ in range(2):
        ended = own.run(shell("rotate.sh"), folder, **{**added, "CLIENT_SECRET": texts[-1]})
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
        texts.append((folder / "kept").read_text())

    listed = secrets_of(added["CLIENT_ID"])
    assert len({*texts}) == 3
    assert len(listed) == 2  # the first one was ended by the second run
    assert first["Id"] not in {one["Id"] for one in listed}
    assert first["Expiration"] == ENDS
    ends = datetime.fromisoformat(ENDS)
    assert min(datetime.fromisoformat(one["Expiration"]) for one in listed) >= ends

    failed = own.run("sh rotate.sh false", folder, **{**added, "CLIENT_SECRET": texts[-1]})
    assert failed.returncode == 1
    assert failed.stderr == "Not rotated: the new secret was not stored.\n"
    [left] = secrets_of(added["CLIENT_ID"])
    assert left == next(one for one in listed if one["Id"] == left["Id"]) | {
        "LastUsed": left["LastUsed"]
    }
    wrong = own.run("sh rotate.sh cat", folder, **{**added, "CLIENT_SECRET": texts[0]})
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "invalid_client" in wrong.stderr


def test_client_that_cannot_be_added_is_explained(pipeline: Pipeline, folder: Path) -> None:
    words = "sh add_client.sh cat"
    refused = pipeline.run(words, folder, CLIENT_ID=str(uuid.uuid4()), NAME="")
    lost = pipeline.run(
        "sh add_client.sh false", folder, CLIENT_ID=str(uuid.uuid4()), NAME="Not stored"
    )

    taken = pipeline.run(words, folder, CLIENT_ID=str(uuid.uuid4()), NAME="Not stored")

    assert (taken.returncode, taken.stdout) == (1, "")
    assert "There is a client named Not stored already" in taken.stderr
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Name: Enter a name" in refused.stderr
    assert lost.returncode == 1
    assert "was not stored: give it another one." in lost.stderr


def test_jobs_of_pipelines_run_the_script_and_keep_the_secret(
    pipeline: Pipeline, folder: Path, added: dict[str, str]
) -> None:
    github = yaml.safe_load((FOLDER / "github_actions.yaml").read_text())
    [job] = github["jobs"].values()
    gitlab = yaml.safe_load((FOLDER / "gitlab_ci.yaml").read_text())["rotate"]

    ended = pipeline.run(job["steps"][-1]["run"], folder, **added)
    first = (folder / "kept").read_text()
    assert (ended.returncode, (folder / "words").read_text()) == (0, "secret set CLIENT_SECRET\n")
    (folder / "store").write_text("#!/bin/sh\necho $* > words\ncat > kept\n")
    (folder / "store").chmod(0o700)
    words = gitlab["script"][0].replace("rotate.sh curl", "rotate.sh store")
    own = {"ROTATION_TOKEN": "t", "CI_API_V4_URL": "https://gitlab.example", "CI_PROJECT_ID": "7"}
    ended = pipeline.run(words, folder, **{**added, "CLIENT_SECRET": first}, **own)

    assert ended.returncode == 0, ended.stderr
    assert SECRET.fullmatch((folder / "kept").read_text())
    assert (folder / "kept").read_text() != first
    assert (
        "https://gitlab.example/projects/7/variables/CLIENT_SECRET"
        in (folder / "words").read_text()
    )


def test_terraform_adds_the_client_by_the_script_and_changes_it_by_put(
    pipeline: Pipeline, folder: Path, added: dict[str, str]
) -> None:
    configuration = (FOLDER / "secret.tf").read_text()
    command = re.search(r'command = "(.+)"', configuration)
    default = re.search(r'default +?= "(.+)"', configuration)
    assert command is not None
    assert default is not None
    words = command[1].replace("${path.module}", ".").replace("${var.store}", default[1])
    named = set(re.findall(r"^ +([A-Z_]+) += ", configuration, re.MULTILINE))
    assert named == {"PORTAL", "TENANT", "TOKEN", "CLIENT_ID", "NAME", "EXPIRES"}
    own = {**added, "CLIENT_ID": str(uuid.uuid4()), "NAME": f"Terraform {uuid.uuid4()}"}
    own["EXPIRES"] = ENDS
    assert pipeline.run(words, folder, **own).returncode == 0

    assert 'create_method = "PUT"' in (FOLDER / "restapi.tf").read_text()
    values = pipeline.values
    base = f"{values['PORTAL']}/api/v1/Tenants/{values['TENANT']}"
    headers = {"Authorization": f"Bearer {values['TOKEN']}"}
    sent = {"Id": own["CLIENT_ID"], "Name": own["NAME"], "AccessTokenLifetime": 600}
    role = {"Name": f"Reader {own['CLIENT_ID'][:8]}", "Description": "Reads orders"}
    made = requests.post(f"{base}/Roles", json=role, headers=headers, timeout=60).json()
    path = f"{base}/ClientCredentialClients/{own['CLIENT_ID']}"
    sent["RoleIds"] = [made["Id"]]
    changed = requests.put(path, json=sent, headers=headers, timeout=60)
    assert (changed.status_code, changed.json()["AccessTokenLifetime"]) == (200, 600)
    assert not SECRET.search(changed.text)


def test_external_secrets_rotates_twice_by_the_requests_of_its_resources(
    pipeline: Pipeline, added: dict[str, str], secrets_of: Callable[[str], Any]
) -> None:
    resources = list(yaml.safe_load_all((FOLDER / "external_secrets.yaml").read_text()))
    store, _, generator, refresh = (one["spec"] for one in resources)
    [first] = secrets_of(added["CLIENT_ID"])
    pump = {
        "ClientId": added["CLIENT_ID"],
        "Id": str(first["Id"]),
        "Secret": added["CLIENT_SECRET"],
    }
    assert refresh["target"] == {"name": "pump", "creationPolicy": "Merge"}
    for _ in range(2):
        granted = send(store["provider"]["webhook"], pipeline, pump=pump)
        assert store["provider"]["webhook"]["result"] == {"jsonPath": "$.access_token"}
        token = {"token": granted["access_token"]}
        rotated = send(generator, pipeline, pump=pump, token=token)
        assert generator["result"] == {"jsonPath": "$"}
        pump |= {name: str(value) for name, value in rotated.items()}

    listed = secrets_of(added["CLIENT_ID"])
    assert len(listed) == 3
    assert pump["Id"] == str(listed[0]["Id"])
