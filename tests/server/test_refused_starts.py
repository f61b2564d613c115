"""A start that cannot succeed prints one sentence that names the setting."""

import runpy
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.free_ports import free_port
from tests.portal_process import CHECKOUT, PortalProcess
from tests.prepared_portal import prepared_portal
from tests.refused_values import refused_values
from tests.server.started_portals import KEY, refusal, row_counts

pytestmark = pytest.mark.one_database


def test_start_with_a_port_in_use_is_refused(portal: PortalProcess) -> None:
    with socket.create_server(("127.0.0.1", portal.port)):
        assert refusal(portal) == (
            f"Port {portal.port} is in use; stop the program that uses it, or set PORT to another."
        )
    assert not (portal.data_dir / "portal.sqlite3").exists()


@refused_values(
    PORT={"80a": "PORT is '80a'; set it to a whole number from 1 to 65535."},
    PORTAL_NAME={"a\nb": "PORTAL_NAME is 'a\\nb'; set it to one line"},
    HSTS={"on": "HSTS is 'on'; set it to one of host, subdomains, preload, off."},
    TIME_ZONE={"Mars/North": "TIME_ZONE is 'Mars/North'; set it to a zone such as"},
    PUBLIC_URL={"http://portal.example.com": "(http is for localhost only)."},
    TRUSTED_PROXIES={"10.0.0.0/8 moon": "set it to addresses or networks such as"},
    CACHE_URL={"moon://x": "CACHE_URL cannot be parsed; set it to something like"},
    DATABASE_URL={"mysql://u:pw@h/d": "DATABASE_URL is neither PostgreSQL nor SQLite;"},
    SECRET_KEY_FILE={"/nowhere/key": "cannot be read (No such file or directory);"},
    OIDC_ISSUER={"https://login.example.com": "OIDC_CLIENT_ID is not set; set both"},
    OIDC_2_CLIENT_ID={"x": "OIDC_2_ISSUER is not set; set both OIDC_2_ISSUER and"},
    OIDC_ONLY={"on": "OIDC_ONLY is on, but OIDC_ISSUER is not set; set it."},
    DEBUG={"1": "DEBUG is set; unset it: this portal has no debug mode."},
    TLS_CERT={"/nowhere/cert": "TLS_CERT /nowhere/cert cannot be read;"},
    DATA_DIR={"/dev/null/var": "set DATA_DIR to a folder that this user may write to."},
)
def test_start_with_an_invalid_setting_is_refused(
    portal: PortalProcess, name: str, value: str, sentence: str
) -> None:
    said = refusal(portal, **{name: value})

    assert sentence in said
    assert "pw@" not in said


@refused_values(
    PORT={"65536": "PORT is '65536'; set it to a whole number from 1 to 65535."},
    PORTAL_NAME={"x" * 41: "set it to one line of at most 40 characters."},
    WORKERS={"0": "WORKERS is '0'; set it to a whole number from 1 to 256."},
    CONNECTIONS={"9": "CONNECTIONS is '9'; set it to a whole number from 256 to 1000000."},
    BIND={"moon": "BIND is 'moon'; set it to an IP address such as 127.0.0.1 or 0.0.0.0."},
    PUBLIC_URL={"https://portal.example.com/x": "set it to an origin such as"},
    TOKEN_SIGNING_ALGORITHM={"HS256": "set it to one of RS256, ES256, PS256, EdDSA."},
    TOKEN_SIGNING_KEY_BITS={"1024": "set it to one of 2048, 3072, 4096."},
    REFRESH_IDLE={"59": "set it to a whole number from 60 to 31536000."},
    REFRESH_MAX={"8h": "set it to a whole number from 60 to 31536000."},
    API_REQUESTS_PER_MINUTE={"0": "set it to a whole number from 1 to 10000000."},
    KEY_ROTATION_DAYS={"0": "set it to a whole number from 1 to 3650."},
    JWKS_MAX_AGE={"901": "set it to a whole number from 10 to 900."},
    API_SCOPES={
        'a"b': "API_SCOPES is 'a\"b'; set it to words without quotes",
        ",": "API_SCOPES is ','; set it to words without quotes",
    },
    TOKEN_AUDIENCE={'a"b': "TOKEN_AUDIENCE is 'a\"b'; set it to a URI such as"},
    LOG_FORMAT={"xml": "LOG_FORMAT is 'xml'; set it to one of text, json."},
    LOG_TOKENS={"yes": "LOG_TOKENS is 'yes'; set it to one of off, on."},
    AUDIT_STREAM={"events": "AUDIT_STREAM is 'events'; set it to stdout or to the"},
    DATABASE_URL={
        "postgres://u:pw@h:x/d": "DATABASE_URL cannot be parsed;",
        "postgres://": "DATABASE_URL names no database;",
        "sqlite://:memory:": "DATABASE_URL names no database;",
    },
    SECRET_KEY=dict.fromkeys(
        ("short", "a" * 60), "SECRET_KEY is too weak; set at least 50 random characters."
    ),
    DATABASE_URL_FILE={"/nowhere/url": "DATABASE_URL_FILE /nowhere/url cannot be read"},
    CACHE_URL_FILE={"/nowhere/url": "CACHE_URL_FILE /nowhere/url cannot be read"},
    MAIL_URL_FILE={"/nowhere/url": "MAIL_URL_FILE /nowhere/url cannot be read"},
    SECRET_KEY_FALLBACKS_FILE={"/nowhere/key": "/nowhere/key cannot be read (No such"},
)
def test_invalid_setting_is_refused_where_settings_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    """Refused like those above: they reach the same end of the command."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(CHECKOUT / "portal/settings.py"))

    said = str(refused.value)
    assert sentence in said
    assert "\n" not in said
    assert "pw@" not in said


@refused_values(
    PORTAL_ADMIN_PASSWORD={
        "heron": "PORTAL_ADMIN_PASSWORD cannot be used: This password",
        "passwordpassword": "cannot be used: This password is easy to guess. Use several",
    },
    PORTAL_ADMIN_USERNAME={"a\u202eb": "PORTAL_ADMIN_USERNAME cannot be used:"},
    PORTAL_ADMIN_PASSWORD_FILE={"/nowhere/pw": "PORTAL_ADMIN_PASSWORD_FILE /nowhere/pw"},
)
def test_start_with_an_invalid_administrator_is_refused_and_changes_nothing(
    with_tables: PortalProcess, name: str, value: str, sentence: str
) -> None:
    with_tables.environment["PORTAL_ADMIN_PASSWORD_FILE"] = ""

    assert sentence in refusal(with_tables, **{name: value})
    assert row_counts(with_tables) == [0, 0, 0]


def test_start_with_an_unwritable_folder_is_refused(portal: PortalProcess) -> None:
    said = refusal(portal, DATA_DIR="/dev/null/var", SECRET_KEY=KEY)

    assert said.startswith("The folder /dev/null/var cannot be written (Not a directory);")


@pytest.mark.parametrize(
    ("mode", "content", "sentence"),
    [
        (0o620, "x" * 60, "may be written by other users; run `chmod 600 "),
        (0o604, "x" * 60, "may be read by other users; run `chmod 600 "),
        (0o600, "", "is empty; put the secret into it."),
        (0o600, b"\xff" * 60, "cannot be read (it is not text);"),
    ],
)
def test_start_with_an_invalid_key_file_is_refused(
    portal: PortalProcess, mode: int, content: str | bytes, sentence: str
) -> None:
    portal.data_dir.mkdir()
    key = portal.data_dir / "secret_key"
    key.write_bytes(content if isinstance(content, bytes) else content.encode())
    key.chmod(mode)
    (portal.data_dir / "portal.sqlite3").touch()

    assert sentence in refusal(portal)
    assert str(key) in refusal(portal, "check")


def test_start_with_an_unreadable_key_file_is_refused(portal: PortalProcess) -> None:
    (portal.data_dir / "secret_key").mkdir(parents=True)  # root can read any file

    assert "cannot be read (Is a directory); make it readable by this user." in refusal(portal)


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("roles", "add", "MyData.Role")])
def test_start_with_an_unreachable_database_is_refused(
    portal: PortalProcess, words: tuple[str, ...]
) -> None:
    url = f"postgres://portal:pw@127.0.0.1:{free_port()}/portal"

    said = refusal(portal, *words, DATABASE_URL=url, SECRET_KEY=KEY)

    assert said.startswith("The database cannot be used (")
    assert said.endswith("check DATABASE_URL or DATA_DIR, and that the database server is running.")
    assert "refused" in said
    assert "pw" not in said


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("roles", "add", "MyData.Role")])
def test_start_with_a_file_that_is_not_a_database_is_refused(
    portal: PortalProcess, words: tuple[str, ...]
) -> None:
    portal.data_dir.mkdir()
    (portal.data_dir / "notes.txt").write_text("Water the plants.\n" * 500)

    url = f"sqlite:///{portal.data_dir}/notes.txt"
    said = refusal(portal, *words, DATABASE_URL=url, SECRET_KEY=KEY)

    assert said.startswith("The database cannot be used (file is not a database); check DATABASE")


@pytest.mark.parametrize(
    ("migration", "sentence"),
    [
        (
            "0002_append_only",
            "The database was made by version 0.1.0 and cannot be used by 0.3.0",
        ),
        ("9999_of_tomorrow", "The database was changed by a newer version than 0.3.0"),
    ],
)
def test_database_of_another_version_is_refused(
    tmp_path: Path, migration: str, sentence: str
) -> None:
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), SECRET_KEY=KEY)
    with closing(sqlite3.connect(portal.data_dir / "portal.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('clients_app', ?, '')",
            [migration],
        )

    for words in (("serve",), ("people", "roles", "mara")):
        assert refusal(portal, *words).startswith(sentence)


def test_start_with_a_certificate_of_another_key_is_refused(portal: PortalProcess) -> None:
    portal.data_dir.mkdir()
    files = {name: str(portal.data_dir / name) for name in ("TLS_CERT", "TLS_KEY")}
    for file in files.values():
        Path(file).write_text("-----BEGIN NOTHING-----\n")

    assert "cannot be used together; set them to a certificate" in refusal(portal, **files)
    assert refusal(portal, TLS_KEY=files["TLS_KEY"]) == (
        "TLS_CERT is not set; set both TLS_CERT and TLS_KEY."
    )
