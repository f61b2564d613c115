"""`make bench`: how fast the token endpoint is, compared with one core's limit and with a peer;
and assertions, the REST API, the audit chain and Activity.

Rounds alternate, so that other load on the machine affects all; each figure is a median.
CLIENTS, ROUNDS, DURATION (seconds of a round) and PARTS (names; all by default) are read from
the environment.
"""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench import (
    activity,
    against,
    api,
    assertions,
    audit,
    load,
    machine,
    peer,
    postgresql,
    proof,
    refusals,
)
from tests.bench.assertions import with_range
from tests.bench.flood import begun, statuses_of
from tests.bench.portal import BenchPortal

ROUNDS = int(os.environ.get("ROUNDS", "5"))
DURATION = int(os.environ.get("DURATION", "5"))
CLIENTS = int(os.environ.get("CLIENTS", "1000000"))
JWKS_PATH = "/identity/.well-known/openid-configuration/jwks"
COLD = 1000  # clients that take turns: each thread caches the rows of 500
#: what is forged: secrets, or assertions with an algorithm; and how many a second
FLOODS = (("secrets", 200), ("secrets", 500), ("RS256", 500), ("ES256", 500))

Rows = list[tuple[str, str, str]]
Flood = tuple[str, int]
Part = Callable[[Path, ExitStack], Rows]


def main() -> None:
    """Measure and print one table."""
    machine.need("wrk", "openssl", "taskset")
    rows: Rows = []
    for part in _chosen(os.environ.get("PARTS", "").split()):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
            found = part(Path(folder), stack)
        for what, _, figure in found:
            say(f"{what}: {figure}")
        rows += found
    say("\n| measured | wanted | figure |\n| --- | --- | --- |")
    for what, wanted, figure in rows:
        say(f"| {what} | {wanted} | {figure} |")


def against_openssl_and_peer(folder: Path, stack: ExitStack) -> Rows:
    """RS256 against RSA signatures; both algorithms against node-oidc-provider."""
    portals = {
        algorithm: stack.enter_context(
            BenchPortal(folder / algorithm, TOKEN_SIGNING_ALGORITHM=algorithm)
        )
        for algorithm in ("RS256", "ES256")
    }
    targets = {name: portal.target() for name, portal in portals.items()}
    has_peer = peer.install(folder / "peer")
    if has_peer:
        for name, portal in portals.items():
            pairs = portal.pairs[: load.CONNECTIONS]
            targets[f"peer {name}"] = stack.enter_context(
                peer.running(folder / "peer", name, pairs)
            )
    for target in targets.values():
        load.warm(target)
    signatures: list[float] = []
    rounds: dict[str, list[load.Round]] = {name: [] for name in targets}
    for number in range(ROUNDS):
        signatures.append(machine.rsa_signatures_per_cpu_second(2))
        for name, target in targets.items():
            rounds[name].append(load.run(target, DURATION))
        say(f"round {number + 1}: {_rates(rounds)}; {signatures[-1]:.0f} signatures per CPU second")
    watcher = proof.Watcher(targets["RS256"], portals["RS256"].pairs[0], JWKS_PATH)
    watcher.start()
    load.run(targets["RS256"], DURATION)
    say(watcher.verdict())
    ours = rounds["RS256"]
    ratios = [one.per_cpu_second / limit for one, limit in zip(ours, signatures, strict=True)]
    memory = [machine.proportional_mib(pid) for pid in portals["RS256"].workers()]
    rows = [
        ("RSA 2048 signatures per CPU second, openssl", "", f"{load.median(signatures):.0f}"),
        ("RS256 tokens per CPU second", "", f"{_rate(ours):.0f}"),
        ("share of the RSA limit", ">= 0.62", with_range(ratios)),
        ("p50 of 16 connections", "", f"{load.median([one.p50_ms for one in ours]):.1f} ms"),
        (
            "p99 of 16 connections",
            "<= 20 ms",
            f"{load.median([one.p99_ms for one in ours]):.1f} ms",
        ),
        ("proportional memory of a worker", "<= 100 MiB", f"{max(memory):.0f} MiB"),
    ]
    for name, wanted in (("RS256", ">= 1.3"), ("ES256", ">= 1.9")):
        if has_peer:
            pairs_of_rounds = zip(rounds[name], rounds[f"peer {name}"], strict=True)
            ratio = [one.per_cpu_second / other.per_cpu_second for one, other in pairs_of_rounds]
            rows.append((f"against node-oidc-provider, {name}", wanted, with_range(ratio)))
    return rows


def under_flood(folder: Path, stack: ExitStack) -> Rows:
    """Valid clients' tokens per CPU second of the server in floods of wrong secrets and assertions.

    The core is always busy, so this is their throughput, even with other load on the machine. Each
    flood has a quiet round right before it.
    """
    shares: dict[Flood, list[float]] = {flood: [] for flood in FLOODS}
    statuses: dict[str, dict[str, int]] = {"secrets": {}, "RS256": {}, "ES256": {}}
    portal = stack.enter_context(BenchPortal(folder / "var"))
    assertions.with_keys(portal)
    assertions.add_rsa_keys(portal)
    target = portal.target()
    load.warm(target)
    for _ in range(ROUNDS):
        for flood in FLOODS:
            quiet = load.run(target, DURATION)
            attacker = begun(portal, *flood, seconds=DURATION)
            good = load.run(target, DURATION)
            if good.refused:
                raise SystemExit(f"{good.refused} good requests were refused in a flood.")
            shares[flood].append(good.per_cpu_second / quiet.per_cpu_second)
            of_kind = statuses[flood[0]]
            for status, count in statuses_of(attacker, flood[0]).items():
                of_kind[status] = of_kind.get(status, 0) + count
    memory = max(machine.proportional_mib(pid) for pid in portal.workers())
    rows: Rows = []
    for flood in FLOODS:
        forged = flood[0] if flood[0] == "secrets" else f"{flood[0]} assertions"
        what = f"good clients' throughput under {flood[1]} forged {forged} a second"
        rows.append((what, ">= 90 %", with_range(shares[flood])))
    rows.append(("answers to the forgeries", "401, 429, 503", json.dumps(statuses)))
    rows.append(("proportional memory of the worker after the floods", "", f"{memory:.0f} MiB"))
    return rows


def on_postgresql(folder: Path, stack: ExitStack) -> Rows:
    """The share of the RSA limit with PostgreSQL on the same core, including its CPU time."""
    processes = stack.enter_context(postgresql.running())
    portal = stack.enter_context(BenchPortal(folder / "var", also=processes))
    target = portal.target()
    load.warm(target)
    ratios = []
    for _ in range(ROUNDS):
        limit = machine.rsa_signatures_per_cpu_second(2)
        ratios.append(load.run(target, DURATION).per_cpu_second / limit)
    return [
        (
            "share of the RSA limit on PostgreSQL, unix socket",
            ">= 0.34",
            with_range(ratios),
        )
    ]


def with_more_clients(folder: Path, stack: ExitStack) -> Rows:
    """CPU time of a token with few clients and with CLIENTS in the table, for a hundred clients,
    whose rows are cached, and for more clients than the cache holds."""
    many = stack.enter_context(BenchPortal(folder / "many", clients=CLIENTS, asking=COLD))
    rows: Rows = []
    for asking in (100, COLD):
        few = stack.enter_context(
            BenchPortal(folder / f"{asking}", clients=asking, asking=asking)
        ).target(asking)
        lot = many.target(asking)
        load.warm(few)
        load.warm(lot)
        growths = []
        for _ in range(ROUNDS):
            first = load.run(few, DURATION).per_cpu_second
            growths.append(first / load.run(lot, DURATION).per_cpu_second - 1)
        figure = f"{load.median(growths):+.1%} ({min(growths):+.1%} to {max(growths):+.1%})"
        what = f"time of a token, from {asking:,} to {CLIENTS:,} clients, asked by {asking:,}"
        rows.append((what, "<= +10 %", figure))
    return rows


def _chosen(names: list[str]) -> list[Part]:
    """Return the parts with these names, or all."""
    parts: dict[str, Part] = {
        "tokens": against_openssl_and_peer,
        "floods": under_flood,
        "postgresql": on_postgresql,
        "growth": with_more_clients,
        "audit": audit.figures,
        "activity": activity.figures,
        "api": api.figures,
        "refusals": refusals.figures,
        "assertions": partial(assertions.figures, rounds=ROUNDS, seconds=DURATION),
        "against": partial(against.figures, rounds=ROUNDS, seconds=DURATION),
    }
    if unknown := set(names) - set(parts):
        raise SystemExit(f"PARTS names {unknown}; there are {' '.join(parts)}.")
    return [parts[name] for name in names or parts]


def _rate(rounds: list[load.Round]) -> float:
    return load.median([one.per_cpu_second for one in rounds])


def _rates(rounds: dict[str, list[load.Round]]) -> str:
    return ", ".join(f"{name} {done[-1].per_cpu_second:.0f}" for name, done in rounds.items())


def say(text: str) -> None:
    """Print a line immediately."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    main()
