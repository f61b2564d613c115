"""Runs the programs of docs/examples: each is an API that requires a token of the portal.

``started`` starts any of them; each answers 200 to a valid token, and 401 or 403 to any other.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import yaml

from tests.free_ports import free_port
from tests.portal_process import CHECKOUT, CLOCK
from tests.third_party import npm_packages

EXAMPLES: Final = CHECKOUT / "docs" / "examples"
START_LIMIT_S: Final = 30
_PORTAL: Final = "https://portal.example.com"
_AUDIENCE: Final = {
    "envoy.yaml": f'audiences: ["{_PORTAL}"]',
    "nginx/api.conf": f'default "{_PORTAL}";',
}
_TENANT: Final = "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"


class Setting(NamedTuple):
    """The settings of an API: the portal's origin and port, a tenant, a folder to write to, id and
    secret of a client that may introspect, for APIs that do, and its Identifier unless it is the
    built-in one."""

    portal_url: str
    portal_port: int
    tenant_id: str
    folder: Path
    introspects_as: tuple[str, str] = ("", "")
    identifier: str = ""

    @property
    def issuer(self) -> str:
        return f"{self.portal_url}/identity"

    @property
    def audience(self) -> str:
        return self.identifier or self.portal_url


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Api(NamedTuple):
    """A running API; behind a proxy, the upstream server returns the headers it received."""

    port: int

    def get(self, token: str | None, **headers: str) -> Reply:
        """Return the answer to a call with ``token``."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as wire:
            wire.request("GET", "/", headers=headers)
            answer = wire.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read())


def by_pyjwt(setting: Setting, port: int, behind: int) -> list[str]:
    options = ["--audience", setting.audience, "--role", "Tenant Member", "--port", str(port)]
    return [sys.executable, str(EXAMPLES / "api.py"), setting.issuer, setting.tenant_id, *options]


def by_simplejwt(setting: Setting, port: int, behind: int) -> list[str]:
    return [sys.executable, str(EXAMPLES / "drf_api.py")]


def by_jose(setting: Setting, port: int, behind: int) -> list[str]:
    folder = setting.folder / "node"
    if not folder.exists():
        folder.mkdir()
        (folder / "node_modules").symlink_to(npm_packages.programs() / "node_modules")
    (folder / "api.mjs").write_text((EXAMPLES / "api.mjs").read_text())
    return ["node", str(folder / "api.mjs")]


def by_envoy(setting: Setting, port: int, behind: int) -> list[str]:
    """Envoy, configured as on the page, except that it reaches the portal by HTTP."""
    config: dict[str, Any] = yaml.safe_load(_filled("envoy.yaml", setting))
    resources = config["static_resources"]
    portal, api = resources["clusters"]
    del portal["transport_socket"]
    _socket_of(portal).update(address="127.0.0.1", port_value=setting.portal_port)
    _socket_of(api)["port_value"] = behind
    resources["listeners"][0]["address"]["socket_address"]["port_value"] = port
    file = setting.folder / f"envoy-{port}.json"
    file.write_text(json.dumps(config))
    envoy = str(Path(sys.executable).with_name("envoy"))
    return [envoy, "-c", str(file), "--disable-hot-restart", "--concurrency", "1", "-l", "error"]


def by_nginx(setting: Setting, port: int, behind: int) -> list[str]:
    """nginx, which calls the portal; it runs as the user of the test, in its own folder."""
    folder = setting.folder / f"nginx-{port}"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    api = _filled("nginx/api.conf", setting)
    for was, now in (
        ("127.0.0.1:9000", f"127.0.0.1:{port}"),
        ("127.0.0.1:9001", f"127.0.0.1:{behind}"),
        ("/etc/nginx/", f"{folder}/"),
        ("/var/cache/nginx/", f"{folder}/"),
        ("valid 200 10s", "valid 200 5s"),  # long enough to observe, short enough to wait for
    ):
        assert was in api
        api = api.replace(was, now)
    pair = base64.b64encode(":".join(setting.introspects_as).encode()).decode()
    header = f'proxy_set_header Authorization "Basic {pair}";'
    (folder / "introspection-credentials").write_text(header)
    (folder / "introspection.js").write_text((EXAMPLES / "nginx/introspection.js").read_text())
    (folder / "api.conf").write_text(api)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""  # its folder belongs to the test
    modules = "/usr/lib/nginx/modules"
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;"
        f"load_module {modules}/ngx_http_js_module.so; events {{}}"
        f"http {{ access_log off; {paths} include {folder}/api.conf; }}"
    )
    return ["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


Command = Callable[[Setting, int, int], list[str]]
APIS: Final[dict[str, Command]] = {
    "PyJWT": by_pyjwt,
    "simplejwt": by_simplejwt,
    "jose": by_jose,
    "Envoy": by_envoy,
    "nginx": by_nginx,
}


@contextmanager
def started(
    name: str,
    setting: Setting,
    apis: Mapping[str, Command] = APIS,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Api]:
    """Yield the running API of this name, with these further variables; stop it afterwards."""
    port = free_port()
    with _behind() as behind:
        command = apis[name](setting, port, behind)
        environment = {
            "PATH": os.environ["PATH"],
            **CLOCK,
            "ISSUER": setting.issuer,
            "AUDIENCE": setting.audience,
            "TENANT_ID": setting.tenant_id,
            "PORT": str(port),
            **variables,
        }
        log = setting.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait_for(port, process, log)
            yield Api(port)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _filled(example: str, setting: Setting) -> str:
    """Return an example with the values of ``setting``, replaced as the page says."""
    text = (EXAMPLES / example).read_text()
    for was, now in (
        (_AUDIENCE[example], _AUDIENCE[example].replace(_PORTAL, setting.audience)),
        (_PORTAL, setting.portal_url),
        (_TENANT, setting.tenant_id),
    ):
        assert was in text
        text = text.replace(was, now)
    return text


def _socket_of(cluster: dict[str, Any]) -> dict[str, Any]:
    endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    return endpoint["address"]["socket_address"]


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while True:
        try:
            Api(port).get(None)
        except OSError:
            if process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"It does not answer:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def _behind() -> Iterator[int]:
    """Yield the port of an upstream server that returns the headers of each request."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
