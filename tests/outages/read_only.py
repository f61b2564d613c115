"""SQLite's file system becomes read-only: every door answers, nothing typed is lost (AVA-13).

It needs root, for a file system of its own; another user gets a row that says so.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

SIZE = 64 << 20  # bytes
GOAL_S = 1.0
FAULT = "Read-only file system"
FORMS = ("/security/roles/add", "/admin/clients_app/role/add/")
SENTENCE = "read-only"


def rows() -> Iterator[Row]:
    """Make the file system read-only, use every door, and start again on a repaired one."""
    if os.geteuid() != 0:
        yield Row(FAULT, "skipped", "it needs root", met=True)
        return
    with tempfile.TemporaryDirectory() as folder, _disk(Path(folder)) as disk:
        portal = PortalProcess(disk / "var")
        portal.log_file = Path(folder) / "log"  # on another disk
        with portal:
            yield from _while_read_only(portal, disk)
            portal.kill()
            wait_until(lambda: subprocess.run(["umount", disk], check=False).returncode == 0)
            subprocess.run(["e2fsck", "-fy", disk.with_name("image")], check=False)
            subprocess.run(["mount", "-o", "loop", disk.with_name("image"), disk], check=True)
            portal.start()
            is_back = send(signed_in(portal), portal, new_form("Pump of afterwards")) is not None
    yield Row(f"{FAULT}: afterwards", f"saved: {is_back}", "saved again", is_back)


def _while_read_only(portal: PortalProcess, disk: Path) -> Iterator[Row]:
    session = signed_in(portal)
    [(tenant,)] = portal.query("SELECT id FROM clients_app_tenant")
    form = {"name": "Reservoir reader", "tenant": str(tenant)}
    form["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
    with GoodRequests(portal, per_second=20) as good:
        os.sync()  # what was written before is kept
        subprocess.run(["mount", "-o", "remount,abort", disk], check=True)
        sent = [session.post(f"{portal.url}{path}", form, timeout=20) for path in FORMS]
        page = session.get(f"{portal.url}/security/clients", timeout=20)
        states = (portal.get("/readyz"), portal.get("/readyz/tokens"))
        told = portal.manage("roles", "add", "Reader")
    answered = set(good.answers) == {"200"} and good.longest_s <= GOAL_S
    yield Row(FAULT, str(good), f"tokens within {GOAL_S:.0f} s", answered)
    pages = [page, *sent]
    is_said = all(one.status_code == 503 and SENTENCE in one.text for one in sent)
    is_kept = all('value="Reservoir reader"' in one.text for one in sent)
    measured = f"{[one.status_code for one in pages]}, said {is_said}, kept {is_kept}"
    goal = "forms: 503 that says so and keeps what was typed"
    yield Row(f"{FAULT}: pages", measured, goal, is_said and is_kept)
    is_told = (
        told.returncode == 1 and SENTENCE in told.stderr.lower() and "Traceback" not in told.stderr
    )
    measured = f"status {told.returncode}: {told.stderr.strip()[-300:]}"
    yield Row(f"{FAULT}: commands", measured, "status 1, and why", is_told)
    probes = f"/readyz {states[0]}, /readyz/tokens {states[1]}"
    yield Row(f"{FAULT}: probes", probes, "503 and 200", states == (503, 200))


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, which a fault makes read-only while files are open."""
    image, disk = folder / "image", folder / "disk"
    disk.mkdir()
    with image.open("wb") as raw:
        raw.truncate(SIZE)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
