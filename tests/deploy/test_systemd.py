"""The systemd units can be loaded, and leave the portal little but its data and the network."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.portal_process import CHECKOUT
from tests.proxies import DEPLOY

pytestmark = pytest.mark.one_database

UNITS = ("portal-server.service", "portal-worker.service")
EXPOSURE_MAX = 15  # tenths; systemd calls more than 20 medium


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy of the units for this checkout."""
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
    for file in folder.rglob("*.*"):
        if file.is_file():
            file.write_text(file.read_text().replace("/opt/portal", str(CHECKOUT)))
    return folder


def analyze(units: Path, *words: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *words, *UNITS],
        env={"PATH": os.environ["PATH"], "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_units_can_be_loaded(units: Path) -> None:
    said = analyze(units, "verify", "--man=no")

    assert [line for line in said.splitlines() if "portal" in line] == []


def test_units_are_hardened(units: Path) -> None:
    """DEP-6."""
    said = analyze(units, "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", "--no-pager")

    assert said.count("Overall exposure level") == len(UNITS)
