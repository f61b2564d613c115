"""`manage.py serve`: what it prepares, what it says, and how it ends."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg import sql

from clients_app.management.server import GRACE_S
from tests.portal_process import (
    CHECKOUT,
    PASSWORD,
    START_LIMIT_S,
    STOP_LIMIT_S,
    PortalProcess,
    free_port,
)


@pytest.fixture
def portal(tmp_path: Path) -> PortalProcess:
    """A portal that was never started; the test starts it, or lets it refuse."""
    return PortalProcess(tmp_path / "var")


@pytest.fixture
def stopped(portal: PortalProcess):
    """The same, stopped in any case at the end."""
    yield portal
    portal.__exit__()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory):
    """A portal that has served before: the next start is a second one, which is quick."""
    portal = PortalProcess(tmp_path_factory.mktemp("prepared") / "var")
    portal.start()
    portal.stop()
    del portal.environment["PORTAL_ADMIN_PASSWORD"]
    yield portal
    portal.__exit__()


@pytest.fixture
def running(prepared: PortalProcess):
    """The same, serving; stopped in any case at the end."""
    prepared.start()
    yield prepared
    prepared.kill()


def refusal(portal: PortalProcess, *words: str, **environment: str) -> str:
    """Return the one sentence with which a command refuses."""
    done = portal.manage(*(words or ("serve",)), **environment)
    assert done.returncode not in {0, None}
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def link_in(portal: PortalProcess) -> str:
    """Return the last one-time link that the server has printed."""
    return re.findall(r"^ +(http://\S+)$", portal.log(), re.MULTILINE)[-1]


def counts(portal: PortalProcess) -> list[int]:
    """Return how many tenants, people and signing keys there are."""
    tables = ("tenant", "person", "signingkey")
    return [
        portal.query(f"SELECT count(*) FROM clients_app_{name}")[0][0]  # noqa: S608  words of ours
        for name in tables
    ]


# Starting


def test_an_empty_folder_becomes_a_portal(stopped: PortalProcess) -> None:
    stopped.start()

    assert counts(stopped) == [1, 1, 1]
    assert stopped.query("SELECT name FROM clients_app_tenant") == [("Herons Ltd",)]
    assert stopped.query("SELECT count(*) FROM clients_app_role") == [(7,)]
    assert stopped.query("SELECT username, is_staff FROM clients_app_person") == [("mara", True)]
    assert f"The portal is at {stopped.url}/" in stopped.log()
    assert stopped.data_dir.stat().st_mode & 0o077 == 0
    assert (stopped.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_second_start_makes_and_collects_nothing_again(stopped: PortalProcess) -> None:
    stopped.start()
    stopped.stop()
    collected = {file: file.stat().st_mtime_ns for file in stopped.data_dir.glob("static/**/*")}
    key = (stopped.data_dir / "secret_key").read_text()
    before = stopped.dump_of_every_table()

    stopped.start()

    assert len(collected) > 3
    assert {file: file.stat().st_mtime_ns for file in collected} == collected
    assert (stopped.data_dir / "secret_key").read_text() == key
    assert stopped.dump_of_every_table() == before


def test_a_changed_static_file_is_collected_again(stopped: PortalProcess) -> None:
    stopped.start()
    stopped.stop()
    manifest = stopped.data_dir / "static" / "staticfiles.json"
    collected = manifest.read_text()
    (stopped.data_dir / "static.fingerprint").write_text("of an older version")
    manifest.write_text("{}")

    stopped.start()

    assert manifest.read_text() == collected


def test_several_starts_at_once_agree(stopped: PortalProcess) -> None:
    others = [PortalProcess(stopped.data_dir, PORTAL_ADMIN_PASSWORD="") for _ in range(2)]
    for number, other in enumerate(others):
        other.log_file = stopped.data_dir.with_name(f"log {number}")
        other.environment |= stopped.environment | {"PORT": str(other.port)}
    everyone = [stopped, *others]
    try:
        with ThreadPoolExecutor(len(everyone)) as pool:
            list(pool.map(PortalProcess.start, everyone))

        assert counts(stopped) == [1, 1, 1]
    finally:
        for other in others:
            other.__exit__()


def test_one_port_serves_one_portal_though_two_start_at_once(stopped: PortalProcess) -> None:
    servers = [
        subprocess.Popen(
            stopped.command("serve"),
            cwd=CHECKOUT,
            env=stopped.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        limit = time.monotonic() + START_LIMIT_S
        while (
            not stopped.answers() or all(server.poll() is None for server in servers)
        ) and time.monotonic() < limit:
            time.sleep(0.05)
        running = [server for server in servers if server.poll() is None]
        (refused,) = [server for server in servers if server.poll() is not None]

        assert stopped.answers()
        assert len(running) == 1
        assert refused.returncode == 1
        assert f"Port {stopped.port} is taken" in refused.stderr.read()
    finally:
        for server in servers:
            server.terminate()
            server.wait(20)
            server.stderr.close()


def test_the_password_leaves_the_environment(stopped: PortalProcess) -> None:
    stopped.start()

    for pid in (stopped.server.pid, *stopped.workers()):
        shown = subprocess.run(
            ["ps", "eww", "-o", "command=", "-p", str(pid)], capture_output=True, check=True
        ).stdout
        assert b"PORTAL_ADMIN_USERNAME" in shown
        assert PASSWORD.encode() not in shown
    assert PASSWORD not in stopped.log()


def test_without_a_password_each_start_prints_a_link(tmp_path: Path) -> None:
    portal = PortalProcess(tmp_path / "var", PORTAL_ADMIN_PASSWORD="")
    try:
        portal.start()
        first = link_in(portal)
        assert first.startswith(f"{portal.url}/")
        assert portal.query("SELECT password FROM clients_app_person")[0][0].startswith("!")
        portal.stop()
        portal.start()

        assert portal.log().count(first) in {1, 2}  # the same within one second
        assert counts(portal) == [1, 1, 1]
        secret = first.rpartition("-")[2]
        assert secret not in portal.dump_of_every_table()
    finally:
        portal.__exit__()


def test_a_printed_link_chooses_the_password_once(tmp_path: Path) -> None:
    portal = PortalProcess(tmp_path / "var", PORTAL_ADMIN_PASSWORD="")
    try:
        portal.start()
        link = link_in(portal)
        with requests.Session() as browser:
            page = browser.get(link)
            browser.headers["Referer"] = page.url
            token = browser.cookies["csrftoken"]
            answers = {"csrfmiddlewaretoken": token, "password1": PASSWORD, "password2": PASSWORD}
            assert "Password chosen." in browser.post(page.url, data=answers).text
        with requests.Session() as another:
            assert "does not work any more" in another.get(link).text
        said = portal.log()
        portal.stop()
        portal.start()

        assert link not in portal.log()[len(said) :]
        assert "choose-password" not in portal.log()[len(said) :]
    finally:
        portal.__exit__()


def test_manage_py_finds_the_same_database(running: PortalProcess) -> None:
    done = running.manage("roles", "add", "MyData.Role")

    assert done.returncode == 0, done.stderr
    found = running.query("SELECT name FROM clients_app_role WHERE name = 'MyData.Role'")
    assert found == [("MyData.Role",)]


def test_sqlite_keeps_what_it_has_confirmed(stopped: PortalProcess) -> None:
    stopped.environment.pop("DATABASE_URL", None)
    stopped.start()

    done = stopped.manage(
        "shell",
        "--verbosity=0",
        "--command=from django.db import connection as c\n"
        "for p in ('journal_mode', 'foreign_keys', 'synchronous', 'busy_timeout'):\n"
        "    with c.cursor() as cursor: print(cursor.execute(f'PRAGMA {p}').fetchone()[0])\n"
        "print(c.settings_dict['OPTIONS']['transaction_mode'], c.settings_dict['CONN_MAX_AGE'])",
    )

    assert done.stdout.split() == ["wal", "1", "2", "5000", "IMMEDIATE", "None"]


# Ending


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_status_0(running: PortalProcess, stop: int) -> None:
    workers = running.workers()

    running.server.send_signal(stop)

    assert running.server.wait(STOP_LIMIT_S) == 0
    assert "Traceback" not in running.log()
    assert len(workers) == 2
    assert not any(is_running(pid) for pid in workers)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_ends_it_as_cleanly(running: PortalProcess, stop: int) -> None:
    said = running.log()

    os.killpg(running.server.pid, stop)

    assert running.server.wait(STOP_LIMIT_S) == 0
    [line] = running.log().removeprefix(said).splitlines()
    assert line.endswith(": The portal has stopped.")


@contextmanager
def locked(portal: PortalProcess) -> Iterator[None]:
    """Let nobody else write to any table of ours meanwhile."""
    if portal.database_url:
        with psycopg.connect(portal.database_url) as other:
            tables = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'clients_app_%'"
            for (name,) in other.execute(tables).fetchall():
                lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
                other.execute(lock.format(sql.Identifier(name)))
            yield
    else:
        file = portal.data_dir / "portal.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


def test_it_ends_in_time_though_the_database_is_locked(running: PortalProcess) -> None:
    """What was counted cannot be written; granian need not kill its workers for it."""
    said = running.log()
    with locked(running):
        start = time.monotonic()

        assert running.stop() == 0

    assert time.monotonic() - start < GRACE_S
    assert "Killing" not in running.log().removeprefix(said)


def test_nohup_keeps_it_running(prepared: PortalProcess) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        prepared.start()
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    prepared.server.send_signal(signal.SIGHUP)
    time.sleep(1.5)

    assert prepared.server.poll() is None
    assert prepared.answers()
    assert prepared.stop() == 0


def test_workers_do_not_outlive_a_killed_server(running: PortalProcess) -> None:
    workers = running.workers()

    running.server.kill()
    running.server.wait(STOP_LIMIT_S)

    limit = time.monotonic() + 10
    while any(is_running(pid) for pid in workers) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(is_running(pid) for pid in workers)
    running.start()


def test_a_worker_that_dies_is_replaced(running: PortalProcess) -> None:
    workers = running.workers()

    os.kill(workers[0], signal.SIGKILL)

    limit = time.monotonic() + 10
    while len(set(running.workers()) - {workers[0]}) < 2 and time.monotonic() < limit:
        time.sleep(0.05)
    assert len(set(running.workers()) - {workers[0]}) == 2
    assert running.stop() == 0


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


# Refusing


def test_a_taken_port_is_named(portal: PortalProcess) -> None:
    with socket.create_server(("127.0.0.1", portal.port)):
        assert refusal(portal) == (
            f"Port {portal.port} is taken; stop the program that uses it, or set PORT to another."
        )
    assert not (portal.data_dir / "portal.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "80a", "PORT is '80a'; set it to a whole number from 1 to 65535."),
        ("PORT", "65536", "PORT is '65536'; set it to a whole number from 1 to 65535."),
        ("WORKERS", "0", "WORKERS is '0'; set it to a whole number from 1 to 256."),
        ("BIND", "moon", "BIND is 'moon'; set it to an IP address such as 127.0.0.1 or 0.0.0.0."),
        ("TIME_ZONE", "Mars/North", "TIME_ZONE is 'Mars/North'; set it to a zone such as"),
        ("PUBLIC_URL", "http://portal.example.com", "(http is for localhost only)."),
        ("PUBLIC_URL", "https://portal.example.com/x", "set it to an origin such as"),
        ("TOKEN_SIGNING_ALGORITHM", "HS256", "set it to one of RS256, ES256, PS256, EdDSA."),
        ("TOKEN_SIGNING_KEY_BITS", "1024", "set it to one of 2048, 3072, 4096."),
        ("KEY_ROTATION_DAYS", "0", "set it to a whole number from 1 to 3650."),
        ("JWKS_MAX_AGE", "901", "set it to a whole number from 10 to 900."),
        ("API_SCOPES", 'a"b', "API_SCOPES is 'a\"b'; set it to words without quotes"),
        ("API_SCOPES", ",", "API_SCOPES is ','; set it to words without quotes"),
        ("TRUSTED_PROXIES", "10.0.0.0/8 moon", "set it to addresses or networks such as"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml'; set it to one of text, json."),
        ("LOG_TOKENS", "yes", "LOG_TOKENS is 'yes'; set it to one of off, on."),
        ("AUDIT_STREAM", "events", "AUDIT_STREAM is 'events'; set it to stdout or to a file by"),
        ("CACHE_URL", "moon://x", "CACHE_URL cannot be understood; set it to something like"),
        ("DATABASE_URL", "mysql://u:pw@h/d", "DATABASE_URL is neither PostgreSQL nor SQLite;"),
        ("DATABASE_URL", "postgres://u:pw@h:x/d", "DATABASE_URL cannot be understood;"),
        ("DATABASE_URL", "postgres://", "DATABASE_URL names no database;"),
        ("DATABASE_URL", "sqlite://:memory:", "DATABASE_URL names no database;"),
        ("SECRET_KEY", "short", "SECRET_KEY is too weak; set at least 50 random characters."),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY is too weak; set at least 50 random characters."),
        ("SECRET_KEY_FILE", "/nowhere/key", "cannot be read (No such file or directory);"),
        ("DEBUG", "1", "DEBUG is set; unset it, for this portal has no debug mode."),
        ("TLS_CERT", "/nowhere/cert", "TLS_CERT /nowhere/cert cannot be read;"),
        ("DATA_DIR", "/dev/null/var", "set DATA_DIR to a folder that this user may write to."),
        ("PORTAL_ADMIN_PASSWORD", "heron", "PORTAL_ADMIN_PASSWORD cannot be used: This password"),
        ("PORTAL_ADMIN_USERNAME", "a\u202eb", "PORTAL_ADMIN_USERNAME cannot be used:"),
        ("PORTAL_ADMIN_PASSWORD_FILE", "/nowhere/pw", "PORTAL_ADMIN_PASSWORD_FILE /nowhere/pw"),
    ],
)
def test_a_wrong_setting_is_named(
    portal: PortalProcess, name: str, value: str, sentence: str
) -> None:
    said = refusal(portal, **{name: value})

    assert sentence in said
    assert "pw@" not in said


def test_a_refused_password_leaves_nothing_behind(portal: PortalProcess) -> None:
    refusal(portal, PORTAL_ADMIN_PASSWORD="herons")

    assert counts(portal) == [0, 0, 0]


def test_an_unwritable_folder_is_named_also_with_a_key_of_ones_own(portal: PortalProcess) -> None:
    said = refusal(portal, DATA_DIR="/dev/null/var", SECRET_KEY="".join(map(str, range(60))))

    assert said.startswith("The folder /dev/null/var cannot be written (Not a directory);")


@pytest.mark.parametrize(
    ("mode", "content", "sentence"),
    [
        (0o620, "x" * 60, "may be written by other users; run `chmod 600 "),
        (0o600, "", "is empty; put the secret into it."),
        (0o600, b"\xff" * 60, "cannot be read (it is not text);"),
    ],
)
def test_an_unusable_key_file_is_named(
    portal: PortalProcess, mode: int, content: str | bytes, sentence: str
) -> None:
    portal.data_dir.mkdir()
    key = portal.data_dir / "secret_key"
    key.write_bytes(content if isinstance(content, bytes) else content.encode())
    key.chmod(mode)

    assert sentence in refusal(portal)
    assert str(key) in refusal(portal, "check")


def test_an_unreadable_key_file_is_named(portal: PortalProcess) -> None:
    (portal.data_dir / "secret_key").mkdir(parents=True)  # root reads any file

    assert "cannot be read (Is a directory); make it readable by this user." in refusal(portal)


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("roles", "add", "MyData.Role")])
def test_a_database_out_of_reach_is_named(portal: PortalProcess, words: tuple[str, ...]) -> None:
    url = f"postgres://portal:pw@127.0.0.1:{free_port()}/portal"

    said = refusal(portal, *words, DATABASE_URL=url)

    assert said.startswith("The database cannot be used (")
    assert said.endswith("check DATABASE_URL or DATA_DIR, and that the database server runs.")
    assert "refused" in said
    assert "pw" not in said


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("roles", "add", "MyData.Role")])
def test_a_file_that_is_no_database_is_named(portal: PortalProcess, words: tuple[str, ...]) -> None:
    portal.data_dir.mkdir()
    (portal.data_dir / "notes.txt").write_text("Water the plants.\n" * 500)

    said = refusal(portal, *words, DATABASE_URL=f"sqlite:///{portal.data_dir}/notes.txt")

    assert said.startswith("The database cannot be used (file is not a database); check DATABASE")


@pytest.mark.parametrize("words", [("roles", "add", "MyData.Role"), ("clearsessions",)])
def test_a_database_without_tables_is_named(portal: PortalProcess, words: tuple[str, ...]) -> None:
    said = refusal(portal, *words)

    assert said.startswith("The database is not of this version (")
    assert said.endswith("run `make run` or `manage.py migrate` first.")


def test_a_certificate_with_a_key_that_does_not_fit_is_named(portal: PortalProcess) -> None:
    portal.data_dir.mkdir()
    files = {name: str(portal.data_dir / name) for name in ("TLS_CERT", "TLS_KEY")}
    for file in files.values():
        Path(file).write_text("-----BEGIN NOTHING-----\n")

    assert "cannot be used together; set them to a certificate" in refusal(portal, **files)
    assert refusal(portal, TLS_KEY=files["TLS_KEY"]) == (
        "TLS_CERT is not set; set both TLS_CERT and TLS_KEY."
    )
