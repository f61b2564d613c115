"""The REST API beside 50,000 clients: calls per CPU second of all processes of the server.

`python -m tests.bench.api` fills the database of a portal, in its environment; CLIENTS sets how
many. Reads are compared with RSA signatures, and adding a client with the run of Argon2id that its
secret needs, on the same core.
"""

import http.client
import json
import os
import subprocess
import sys
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import django

from tests.bench import load, machine
from tests.bench.portal import TOKEN_PATH, BenchPortal
from tests.portal_process import CHECKOUT

Rows = list[tuple[str, str, str]]

ROUNDS: Final = int(os.environ.get("ROUNDS", "5"))
DURATION: Final = int(os.environ.get("DURATION", "5"))
LIST, GET, CREATE = "list", "get", "create"
_READ = 1000  # clients that are read in turn
_ARGON2: Final = """
import time
from clients_app.services.secrets.digests import hashed_secret
hashed_secret()
start = time.process_time()
for _ in range(50):
    hashed_secret()
print(50 / (time.process_time() - start))
"""


def figures(folder: Path, stack: ExitStack) -> Rows:
    """Return the rows of the table."""
    limits = {"CLIENTS_PER_TENANT": "10000000", "API_REQUESTS_PER_MINUTE": "10000000"}
    portal = stack.enter_context(BenchPortal(folder / "var", **limits))
    made = json.loads(_output(portal, "-m", "tests.bench.api"))
    calls = _calls(folder, made)
    token = _token(portal.port, made["id"], made["secret"])
    for call in calls.values():
        _measured(portal, call, token, body="warm #", seconds=1)
    limit: dict[str, list[float]] = {"rsa": [], "argon2": []}
    rates: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS):
        limit["rsa"].append(machine.rsa_signatures_per_cpu_second(2))
        limit["argon2"].append(float(_output(portal, "-c", _ARGON2)))
        for name, call in calls.items():
            done = _measured(portal, call, token, body=f"round {number} #", seconds=DURATION)
            rates[name].append(done.per_cpu_second)
    return [
        ("RSA 2048 signatures per CPU second, openssl", "", f"{load.median(limit['rsa']):.0f}"),
        *_read(f"lists of 100 of {made['clients']:,} clients", 120, 0.035, rates[LIST], limit),
        *_read("clients read", 500, 0.144, rates[GET], limit),
        ("runs of Argon2id per CPU second", "", f"{load.median(limit['argon2']):.1f}"),
        ("clients added per CPU second, each with its secret", "", _range(rates[CREATE], ".1f")),
        ("of what Argon2id alone would allow", ">= 0.60", _ratio(rates[CREATE], limit["argon2"])),
    ]


def main() -> None:
    """Fill the database and write what the calls need to standard output as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.utils import timezone

    from clients_app.models import Client
    from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
    from tests.bench.list_rows import COUNT, filled
    from tests.factories import make_client

    tenant, now = filled(), timezone.now()
    caller = make_client(
        "Caller", tenant, TENANT_ADMINISTRATOR, now=now, expires_at=now + timedelta(days=1)
    )
    machines = Client.objects.present().filter(tenant=tenant, client_type="client-credentials")
    read = machines.order_by("pk").values_list("pk", flat=True)[:_READ]
    made = {
        "tenant": str(tenant.pk),
        "id": str(caller.client.pk),
        "secret": caller.plain,
        "clients": COUNT,
        "read": [str(client_id) for client_id in read],
    }
    print(json.dumps(made))  # noqa: T201  its answer


def _calls(folder: Path, made: dict[str, Any]) -> dict[str, Path]:
    """Return a file of addresses for each call."""
    clients = f"/api/v1/Tenants/{made['tenant']}/ClientCredentialClients"
    addresses = {
        LIST: [f"{clients}?count=100"],
        GET: [f"{clients}/{client_id}" for client_id in made["read"]],
        CREATE: [clients],
    }
    files = {name: folder / f"addresses of {name}" for name in addresses}
    for name, file in files.items():
        file.write_text("\n".join(addresses[name]) + "\n")
    return files


def _measured(
    portal: BenchPortal, addresses: Path, token: str, *, body: str, seconds: int
) -> load.Round:
    environment = {"API_PATHS": str(addresses), "API_TOKEN": token}
    if addresses.name.endswith(CREATE):
        environment["API_BODY"] = json.dumps({"Name": body, "Tags": ["made"]})
    done = load.measured(portal.port, portal.pids(), "api.lua", environment, seconds)
    if done.refused:
        raise SystemExit(f"{done.refused} calls were refused:\n{portal.log()[-2000:]}")
    return done


def _token(port: int, client_id: str, secret: str) -> str:
    headers = {
        "Authorization": load.basic(client_id, secret),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire:
        wire.request("POST", TOKEN_PATH, "grant_type=client_credentials", headers)
        token: str = json.loads(wire.getresponse().read())["access_token"]
        return token


def _output(portal: BenchPortal, *words: str) -> str:
    """Return what a Python program writes, in the environment and on the core of the portal."""
    return subprocess.run(
        machine.on_core(machine.SERVER_CORE, sys.executable, *words),
        cwd=CHECKOUT,
        env={**portal.environment, "CLIENTS": os.environ.get("CLIENTS", "50000")},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its log
        text=True,
    ).stdout


def _read(
    what: str, rate: int, share: float, rates: list[float], limit: dict[str, list[float]]
) -> Rows:
    return [
        (f"{what} per CPU second", f">= {rate}", _range(rates, ".0f")),
        ("the same, per RSA signature", f">= {share}", _ratio(rates, limit["rsa"], ".3f")),
    ]


def _ratio(rates: list[float], limits: list[float], digits: str = ".2f") -> str:
    return _range([one / limit for one, limit in zip(rates, limits, strict=True)], digits)


def _range(values: list[float], digits: str) -> str:
    return f"{load.median(values):{digits}} ({min(values):{digits}} to {max(values):{digits}})"


if __name__ == "__main__":
    main()
