"""Renewed TLS files are taken up: at SIGHUP, and when they change on disk. No request is cut."""

import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portal.server.draining import DRAIN_S, QUEUE_S
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal
from tests.server.processes import inherited_sighup
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database
CHECKS_NOTHING = False  # certificates change under the requests
ROW = 6  # answers in a row by one certificate: no worker has another


class Files:
    """The TLS files of a portal: a certificate for localhost with a serial number, and its key."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key = folder / "tls.pem", folder / "tls.key"

    def write(self, serial: int, *, with_key: bool = True) -> None:
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), serial)
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=90))
            .add_extension(names, critical=False)
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        if with_key:
            text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self.key.touch(mode=0o600)
            self.key.write_bytes(text)


class TlsPortal(PortalProcess):
    """A portal that serves https itself."""

    def get(self, path: str) -> int:
        url = f"https://localhost:{self.port}{path}"
        return requests.get(
            url, verify=CHECKS_NOTHING, timeout=60, allow_redirects=False
        ).status_code

    def serials(self) -> set[int]:
        """Return the serial numbers of the certificates that several connections get."""
        address = ("localhost", self.port)
        texts = [ssl.get_server_certificate(address, timeout=60) for _ in range(ROW)]
        return {x509.load_pem_x509_certificate(text.encode()).serial_number for text in texts}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path)
    files.write(1)
    return files


@pytest.fixture
def portal(tmp_path: Path, files: Files) -> Iterator[TlsPortal]:
    tls = {"TLS_CERT": str(files.certificate), "TLS_KEY": str(files.key)}
    with (
        inherited_sighup(signal.SIG_DFL),
        TlsPortal(tmp_path / "var", like=prepared_portal(), has_worker=False, **tls) as portal,
    ):
        yield portal


@pytest.fixture
def requests_meanwhile(portal: TlsPortal) -> Iterator[None]:
    """Requests one after the other, each by a new connection; all are answered.

    But a busy machine may keep one from sending its request as long as a worker waits for that.
    """
    ended, answers = threading.Event(), []

    def ask() -> None:
        while not ended.is_set():
            began_s = time.monotonic()
            try:
                answers.append(portal.get("/livez"))
            except requests.RequestException as error:
                if time.monotonic() - began_s < DRAIN_S - QUEUE_S:
                    answers.append(error)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    yield
    ended.set()
    for thread in asking:
        thread.join()
    assert [answer for answer in answers if answer != 200] == []
    assert len(answers) > ROW


def version_of_old_client(port: int) -> str | None:
    """Connect with what Windows Server 2012 R2 offers: no GCM but with ECDSA certificates."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:AES128-SHA256")
    with (
        socket.create_connection(("localhost", port), timeout=60) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return secure.version()


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.usefixtures("requests_meanwhile")
def test_tls_files_are_renewed_without_a_restart(portal: TlsPortal, files: Files) -> None:
    """One test for all of it, because each start and each change of workers takes seconds."""
    assert portal.serials() == {1}
    assert version_of_old_client(portal.port) == "TLSv1.2"

    files.write(2)
    portal.server.send_signal(signal.SIGHUP)
    wait_until(lambda: portal.serials() == {2})
    assert "The TLS files are reloaded. The certificate is valid until" in portal.log()

    files.write(3)  # and nobody says so
    wait_until(lambda: portal.serials() == {3})

    said = portal.log()
    files.write(4, with_key=False)
    wait_until(lambda: "are not reloaded" in portal.log().removeprefix(said))
    assert portal.serials() == {3}
