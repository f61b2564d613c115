"""`manage.py serve`: what it prepares and prints, and how it stops."""

import os
import runpy
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings

from portal.version import VERSION
from tests.portal_process import CHECKOUT, STOP_LIMIT_S, TENANT, PortalProcess
from tests.prepared_portal import prepared_portal
from tests.sampling import sampled
from tests.server.started_portals import KEY, row_counts, serving, zone_where_it_is_noon
from tests.waiting import wait_until

ANY = ".".join("0000")  # all addresses of this machine


@pytest.mark.one_database  # concurrent first starts run on both
def test_first_start_in_an_empty_folder_sets_up_a_portal(stopped: PortalProcess) -> None:
    """Only its own user may read the files."""
    former = os.umask(0)
    try:
        stopped.start()
    finally:
        os.umask(former)

    assert row_counts(stopped) == [1, 1, 1]
    assert stopped.query("SELECT name FROM clients_app_tenant") == [("Herons Ltd",)]
    assert stopped.query("SELECT count(*) FROM clients_app_role") == [(7,)]
    assert stopped.query("SELECT username, is_staff FROM clients_app_person") == [("mara", True)]
    assert f"The portal is at {stopped.url}/" in stopped.log()
    assert f"The portal has started: VERSION={VERSION} PUBLIC_URL=" in stopped.log()
    assert (stopped.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    written = [stopped.data_dir, *stopped.data_dir.rglob("*")]
    assert len(written) > 5
    assert [path for path in written if path.stat().st_mode & 0o077] == []
    assert "Other users of this machine" not in stopped.log()


@pytest.mark.one_database
def test_start_warns_of_files_that_others_may_read_and_of_an_api_like_the_built_in_one(
    with_tables: PortalProcess,
) -> None:
    folder, file = with_tables.data_dir, with_tables.data_dir / "old copy"
    file.touch()
    file.chmod(0o644)
    folder.chmod(0o755)
    with_tables.environment["SECRET_KEY"] = KEY
    identifier = "https://orders.example.com"
    add_api = ("apis", "add", "Orders", "--identifier", identifier)
    for words in (("tenants", "add", TENANT), add_api):
        done = with_tables.manage(*words)
        assert done.returncode == 0, done.stderr
    with_tables.environment["TOKEN_AUDIENCE"] = identifier
    with_tables.start()

    said = f"Other users of this machine may read the data; run `chmod o= {folder} '{file}'`."
    assert said in with_tables.log()
    said = f"The API Orders of the tenant {TENANT} has the Identifier {identifier}"
    assert with_tables.log().count(said) == 1


@pytest.mark.sweep
@pytest.mark.one_database
def test_second_start_creates_and_collects_nothing(with_tables: PortalProcess) -> None:
    """Apart from what is due by the clock: the first start already sent the notices of the day."""
    with_tables.has_worker = True  # it sends them
    with_tables.environment |= {"NOTICE_HOUR": "0", "TIME_ZONE": zone_where_it_is_noon()}
    with_tables.start()
    looked = "SELECT count(*) FROM clients_app_tenant WHERE notices_sent_on IS NOT NULL"
    wait_until(lambda: with_tables.query(looked) == [(1,)])
    with_tables.stop()
    collected = {file: file.stat().st_mtime_ns for file in with_tables.data_dir.glob("static/**/*")}
    key = (with_tables.data_dir / "secret_key").read_text()
    before = with_tables.dump_of_every_table()

    with_tables.start()

    assert len(collected) > 3
    assert {file: file.stat().st_mtime_ns for file in collected} == collected
    assert (with_tables.data_dir / "secret_key").read_text() == key
    assert with_tables.dump_of_every_table() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "content"),
    sampled([("static.fingerprint", "of an older version"), ("static/staticfiles.json", "")]),
)
def test_start_collects_static_files_that_changed_or_broke(
    with_tables: PortalProcess, name: str, content: str
) -> None:
    file = with_tables.data_dir / name
    collected = file.read_text()
    file.write_text(content)

    with_tables.start()

    assert file.read_text() == collected


@pytest.mark.sweep
def test_concurrent_starts_create_one_set_of_rows(stopped: PortalProcess) -> None:
    other = PortalProcess(stopped.data_dir, PORTAL_ADMIN_PASSWORD="")
    other.log_file = stopped.data_dir.with_name("other log")
    other.environment |= stopped.environment | {"PORT": str(other.port)}
    everyone = [stopped, other]
    try:
        with ThreadPoolExecutor(len(everyone)) as pool:
            list(pool.map(PortalProcess.start, everyone))

        assert row_counts(stopped) == [1, 1, 1]
    finally:
        other.__exit__()


@pytest.mark.one_database
def test_concurrent_starts_on_one_port_serve_one_portal(with_tables: PortalProcess) -> None:
    servers = [serving(with_tables, stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        wait_until(
            lambda: with_tables.answers() and any(server.poll() is not None for server in servers)
        )
        running = [server for server in servers if server.poll() is None]
        (refused,) = [server for server in servers if server.poll() is not None]

        assert with_tables.answers()
        assert len(running) == 1
        assert refused.returncode == 1
        assert f"Port {with_tables.port} is in use" in refused.stderr.read()
    finally:
        for server in servers:
            server.terminate()
            server.wait(STOP_LIMIT_S)
            server.stderr.close()


@pytest.mark.one_database
def test_sqlite_runs_with_durable_settings(with_tables: PortalProcess) -> None:
    done = with_tables.manage(
        "shell",
        "--verbosity=0",
        "--command=from django.db import connection as c\n"
        "for p in ('journal_mode', 'foreign_keys', 'synchronous', 'busy_timeout'):\n"
        "    with c.cursor() as cursor: print(cursor.execute(f'PRAGMA {p}').fetchone()[0])\n"
        "print(c.settings_dict['OPTIONS']['transaction_mode'], c.settings_dict['CONN_MAX_AGE'])",
        SECRET_KEY=KEY,
    )

    assert done.stdout.split() == ["wal", "1", "2", "5000", "IMMEDIATE", "None"]


@pytest.mark.one_database
def test_command_looks_for_garbage_but_not_in_what_it_loaded(with_tables: PortalProcess) -> None:
    asked = "import gc; print(gc.isenabled(), gc.get_freeze_count() > 50_000)"
    said = with_tables.manage("shell", "-v", "0", "-c", asked, SECRET_KEY=KEY)
    assert said.stdout == "True True\n", said.stderr


@pytest.mark.one_database
def test_address_is_printed_when_the_port_accepts(tmp_path: Path) -> None:
    """With the default PUBLIC_URL, a port that other machines reach is warned about before."""
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), BIND=ANY, WORKERS="1")
    with serving(portal, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout.readline().startswith("The portal is at ")
            socket.create_connection(("127.0.0.1", portal.port), timeout=60).close()
        finally:
            server.terminate()
            log = server.stderr.read()
    assert f"Other machines can reach port {portal.port} (BIND is {ANY})" in log
    assert "Set PUBLIC_URL to the https address" in log
    portal.__exit__()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("hsts", "header"),
    [
        ("", "max-age=31536000"),
        ("subdomains", "max-age=31536000; includeSubDomains"),
        ("preload", "max-age=31536000; includeSubDomains; preload"),
        ("off", None),
    ],
)
def test_hsts_is_for_this_host_unless_set(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
    hsts: str,
    header: str | None,
) -> None:
    url = "https://portal.example.com"
    given = {"DATA_DIR": str(tmp_path), "PUBLIC_URL": url, "HSTS": hsts, "SECRET_KEY": KEY}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    for name, value in runpy.run_path(str(CHECKOUT / "portal/settings.py")).items():
        if name.startswith("SECURE_HSTS_") or name == "ALLOWED_HOSTS":
            setattr(settings, name, value)

    reply = Browser().get("/livez", secure=True, headers={"host": "portal.example.com"})

    assert reply.headers.get("Strict-Transport-Security") == header
