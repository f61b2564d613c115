"""Sixteen busy clients with persistent connections, and what they cost the server."""

import base64
import http.client
import os
import re
import statistics
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.bench.machine import LOAD_CORE, cpu_seconds, on_core

CONNECTIONS = 16
_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Target(NamedTuple):
    """A server under load; ``pids`` are all of its processes."""

    port: int
    path: str
    body: str
    credentials: Path
    pids: Callable[[], list[int]]


class Round(NamedTuple):
    """The results of a few seconds of load."""

    good: int  # answers
    refused: int
    seconds: float
    cpu_s: float
    p50_ms: float
    p99_ms: float

    @property
    def per_cpu_second(self) -> float:
        return self.good / self.cpu_s


def write_credentials(file: Path, pairs: Sequence[tuple[str, str]]) -> Path:
    """Write the Authorization headers of clients, given by id and secret, for wrk."""
    file.write_text("".join(f"{basic(*pair)}\n" for pair in pairs))
    return file


def basic(client_id: str, plain: str) -> str:
    """Return the Authorization header of a client (RFC 6749 section 2.3.1)."""
    return "Basic " + base64.b64encode(f"{client_id}:{plain}".encode()).decode()


def warm(target: Target) -> None:
    """Request a token for every client, so that the server has cached their secrets."""
    for header in target.credentials.read_text().split("\n")[:-1]:
        headers = {"Authorization": header, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)) as wire:
            wire.request("POST", target.path, target.body, headers)
            answer = wire.getresponse()
            if answer.status != 200:
                raise SystemExit(f"No token: {answer.status} {answer.read().decode()}")
    run(target, 2)


def run(target: Target, seconds: int) -> Round:
    """Return what wrk measures on ``target`` in ``seconds``."""
    environment = {
        "CREDENTIALS": str(target.credentials),
        "TOKEN_PATH": target.path,
        "TOKEN_BODY": target.body,
    }
    return measured(target.port, target.pids(), "tokens.lua", environment, seconds)


def measured(
    port: int, pids: Sequence[int], script: str, environment: dict[str, str], seconds: int
) -> Round:
    """Return what wrk measures with a Lua ``script`` of this folder, which reads ``environment``;
    ``pids`` are all processes of the server at ``port``."""
    before = cpu_seconds(pids)
    report = subprocess.run(
        on_core(
            LOAD_CORE,
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "--latency"),
            *("-s", str(Path(__file__).with_name(script))),
            f"http://127.0.0.1:{port}",
        ),
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    spent = cpu_seconds(pids) - before
    return _round(report, spent)


def _round(report: str, cpu_s: float) -> Round:
    [(requests, time, unit)] = re.findall(r"(\d+) requests in ([\d.]+)([a-z]+)", report)
    refused = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", report)))
    broken = re.findall(r"Socket errors: (.*)", report)
    if broken:
        raise SystemExit(f"The load met broken connections: {broken[0]}")
    return Round(
        good=int(requests) - refused,
        refused=refused,
        seconds=float(time) * _UNITS_MS[unit] / 1000,
        cpu_s=cpu_s,
        p50_ms=_percentile(report, 50),
        p99_ms=_percentile(report, 99),
    )


def _percentile(report: str, percent: int) -> float:
    [(number, unit)] = re.findall(rf"^\s+{percent}%\s+([\d.]+)([a-z]+)", report, re.MULTILINE)
    return float(number) * _UNITS_MS[unit]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
