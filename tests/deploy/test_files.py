"""The files of deploy/ that need more than a test has: their schemas, and what the portal knows.

Compose and Kubernetes are validated, not run; `make image` builds and runs the Containerfile.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.portal_process import CHECKOUT
from tests.proxies import DEPLOY

pytestmark = pytest.mark.one_database

COMPOSE = DEPLOY / "compose/compose.yaml"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
OPERATIONS = (CHECKOUT / "docs/operations.md").read_text()


def run(program: str, *words: str | Path) -> None:
    command = [Path(sys.executable).with_name(program), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def objects() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in KUBERNETES:
        for one in yaml.safe_load_all(file.read_text()):
            yield one["kind"], one


def pods() -> list[dict[str, Any]]:
    """Return the specifications of all pods."""
    return [
        one["spec"]["template"]["spec"] for kind, one in objects() if kind in {"Deployment", "Job"}
    ]


def test_compose_file_fits_its_schema() -> None:
    """DEP-21."""
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_kubernetes_files_fit_their_schemas() -> None:
    """DEP-21."""
    run("kubernetes-validate", "--strict", "--quiet", *KUBERNETES)

    assert {kind for kind, _ in objects()} == {
        *("ConfigMap", "Secret", "Job", "Deployment", "PersistentVolumeClaim"),
        *("Service", "PodDisruptionBudget", "Ingress", "NetworkPolicy"),
    }


def test_pods_have_no_privilege_and_a_read_only_root() -> None:
    """DEP-6."""
    assert len(pods()) == 3
    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert f"USER {pod['securityContext']['runAsUser']}:" in CONTAINERFILE


def test_containers_of_compose_have_no_privilege_and_a_read_only_root() -> None:
    """DEP-6."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    for name in ("portal", "worker"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert [name for name, one in services.items() if "front" in one["networks"]] == [
        "portal",
        "proxy",
    ]


def test_settings_in_deploy_are_settings_of_the_portal() -> None:
    """A name with an error would be ignored."""
    named = set(yaml.safe_load(COMPOSE.read_text())["x-portal"]["environment"])
    for kind, one in objects():
        named |= set(one["data"]) if kind == "ConfigMap" else set()
    for pod in pods():
        named |= {entry["name"] for entry in pod["containers"][0].get("env", [])}
    named |= set(re.findall(r"\b([A-Z_]+)=\S", re.findall(r"^ENV (.+)$", CONTAINERFILE, re.M)[0]))
    named |= set(re.findall(r"^Environment=(\w+)", service_settings(), re.M))

    assert {"PUBLIC_URL", "DATABASE_URL_FILE", "AUDIT_STREAM", "BIND", "DATA_DIR"} <= named
    named.remove("PYTHONDONTWRITEBYTECODE")  # of Python
    assert [name for name in named if f"`{name}`" not in OPERATIONS] == []


def test_units_install_what_the_page_names() -> None:
    page = (CHECKOUT / "docs/deploy.md").read_text()
    for word in ("/opt/portal", "/etc/portal/environment", "/var/lib/portal"):
        assert word in service_settings()
        assert word in page


def service_settings() -> str:
    return (DEPLOY / "systemd/portal-.service.d/portal.conf").read_text()


def test_image_is_built_from_tracked_files_and_pinned_packages_alone() -> None:
    """DEP-4, DEP-21: no address of an index, and every package has its hash."""
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.M):
        for path in source.split():
            assert (CHECKOUT / path).exists(), path
    assert "http" not in CONTAINERFILE
    assert "RUN deploy/environment.sh requirements.lock" in CONTAINERFILE
    assert "--require-hashes" in (DEPLOY / "environment.sh").read_text()


def test_image_has_every_package_of_the_portal() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", CONTAINERFILE, re.M))

    assert copied == {"clients_app", "portal", "static", "templates"}
