"""nginx and Caddy in front of nodes, run from the very files of deploy/."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.certificates import write_certificate
from tests.free_ports import free_port
from tests.portal_process import CHECKOUT, CLOCK
from tests.waiting import wait_until

HOST: Final = "portal.example.com"
DEPLOY: Final = CHECKOUT / "deploy"
NAMES: Final = ("nginx", "Caddy")
STOP_LIMIT_S: Final = 20


class Answer(NamedTuple):
    """An answer that came through a proxy."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: str


class Proxy(NamedTuple):
    """A running proxy; ``folder`` has its logs."""

    http_port: int
    https_port: int
    folder: Path

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        is_https: bool = True,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Return the answer to one request from the address ``source``."""
        port = self.https_port if is_https else self.http_port
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire:
            wire.sock = self.connected(is_https=is_https, source=source)
            wire.request(method, path, body, {"Host": HOST, **(headers or {})})
            answer = wire.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())

    def connected(
        self,
        *,
        is_https: bool = True,
        source: str = "127.0.0.1",
        context: ssl.SSLContext | None = None,
    ) -> socket.socket:
        """Return a new connection, over TLS unless not ``is_https``; no certificate is checked."""
        port = self.https_port if is_https else self.http_port
        plain = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
        if not is_https:
            return plain
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=HOST)


@contextmanager
def running_proxy(name: str, folder: Path, nodes: Sequence[int]) -> Iterator[Proxy]:
    """Yield the proxy of this name in front of the ``nodes`` at these ports."""
    folder.mkdir()
    proxy = Proxy(free_port(), free_port(), folder)
    command = _nginx(proxy, nodes) if name == "nginx" else _caddy(proxy, nodes)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **CLOCK}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: _accepts(proxy) or process.poll() is not None)
        assert process.poll() is None, (folder / "output").read_text()
        yield proxy
    finally:
        process.terminate()
        process.wait(STOP_LIMIT_S)


def _accepts(proxy: Proxy) -> bool:
    """Return whether a TLS handshake succeeds: Caddy first makes a certificate."""
    try:
        proxy.connected().close()
    except OSError:
        return False
    return True


def _nginx(proxy: Proxy, nodes: Sequence[int]) -> list[str]:
    """Write the configuration for a master process of any user; return its command."""
    folder = proxy.folder
    pem = write_certificate(folder / "certificate.pem")
    certificate = f"/etc/letsencrypt/live/{HOST}"
    servers = "".join(f"server 127.0.0.1:{node} max_fails=0;" for node in nodes)
    text = _replaced(
        (DEPLOY / "nginx/portal.conf").read_text(),
        {
            "server 127.0.0.1:8000 max_fails=0;": servers,
            "listen 80;": f"listen 127.0.0.1:{proxy.http_port};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.https_port} ssl http2;",
            "listen [::]:80;": "",
            "listen [::]:443 ssl http2;": "",
            f"{certificate}/fullchain.pem": str(pem),
            f"{certificate}/privkey.pem": str(pem),
            "/var/log/nginx/portal.log": f"{folder}/access.log",
        },
    )
    (folder / "portal.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""  # its folder belongs to the test
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;"
        f"events {{}} http {{ {paths} include {folder}/portal.conf; }}"
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    return [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def _caddy(proxy: Proxy, nodes: Sequence[int]) -> list[str]:
    """Write the configuration, with a certificate authority of its own; return its command."""
    folder = proxy.folder
    text = _replaced(
        (DEPLOY / "caddy/Caddyfile").read_text(),
        {
            "{$PORTAL_HOST:portal.example.com}": HOST,
            "{$PORTAL_NODE:127.0.0.1:8000}": " ".join(f"127.0.0.1:{node}" for node in nodes),
        },
    )
    own = (
        f"admin off\nhttp_port {proxy.http_port}\nhttps_port {proxy.https_port}\n"
        f"local_certs\nskip_install_trust\nstorage file_system {folder}/storage\n"
    )
    (folder / "Caddyfile").write_text(f"{{\n{own}}}\n{text}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile")]


def _replaced(text: str, values: Mapping[str, str]) -> str:
    for was, now in values.items():
        assert was in text, was
        text = text.replace(was, now)
    return text
