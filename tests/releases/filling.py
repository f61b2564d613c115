"""Fills a running portal through its doors with something of everything."""

import json
from typing import Any

import requests

from tests.portal_process import PASSWORD, TENANT, USERNAME, PortalProcess
from tests.waiting import wait_until

OTHER_TENANT = "Cranes GmbH"
OF_TENANT = ("--tenant", TENANT)
API = "urn:herons:orders"
PUMP = "Pump station 14"


def fill(portal: PortalProcess) -> dict[str, Any]:
    """Return what a test must know: who can sign in, and which secrets work and which do not."""
    run = Commands(portal)
    run("tenants", "add", OTHER_TENANT)
    run("roles", "add", "Meter reader", *OF_TENANT)
    role, email = ("--role", "Tenant Auditor"), ("--email", "jonas@herons.example")
    run("people", "add", "jonas", *role, *email, *OF_TENANT)
    run("apis", "add", "Orders", "--identifier", API, "--scope", "read Reads orders", *OF_TENANT)
    good, refused = {}, {}
    refused["rotated"] = run.add(
        PUMP, "--role", "Meter reader", "--tag", "north", "--owner", "jonas"
    )
    run("apis", "allow", API, PUMP, "--scope", "read", *OF_TENANT)
    good["pump"] = run.secret("clients", "rotate", PUMP, "--old-ends", "now", *OF_TENANT)
    refused["removed"] = run.add("Valve")
    run("clients", "remove", "Valve", "--confirm", "Valve", *OF_TENANT)
    refused["disabled"] = run.add("Weather feed", "--description", "Öl, Wärme & «Strom»")
    run("clients", "disable", "Weather feed", *OF_TENANT)
    uri = ("--redirect-uri", "https://app.herons.example/callback")
    run("clients", "add", "Dashboard", "--type", "authorization-code", *uri, *OF_TENANT)
    run.add("Back office", "--type", "hybrid", *uri)
    good["foreign"] = run.add("Crane", tenant=OTHER_TENANT)
    run("keys", "rotate")
    use(portal, good, refused)
    return {"username": USERNAME, "password": PASSWORD, "good": good, "refused": refused}


def use(portal: PortalProcess, good: dict[str, list[str]], refused: dict[str, list[str]]) -> None:
    """Request tokens and revoke one; wait until the requests are counted."""
    for client in (*good.values(), *refused.values()):
        token(portal, client)
    revoked = token(portal, good["pump"]).json()["access_token"]
    url = f"{portal.url}/identity/connect/revocation"
    requests.post(url, {"token": revoked}, auth=tuple(good["pump"]), timeout=30)
    counted = "SELECT count(*) FROM clients_app_tokenusage"
    wait_until(lambda: portal.query(counted)[0][0] >= len(good))


def token(portal: PortalProcess, client: list[str]) -> requests.Response:
    """Request a token with an id and a secret."""
    url, form = f"{portal.url}/identity/connect/token", {"grant_type": "client_credentials"}
    return requests.post(url, form, auth=(client[0], client[1]), timeout=30)


class Commands:
    """Runs commands of a portal; each must succeed."""

    def __init__(self, portal: PortalProcess) -> None:
        self._portal = portal

    def __call__(self, *words: str) -> str:
        done = self._portal.run(*words)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def secret(self, *words: str) -> list[str]:
        """Return the id of a client and its new secret. It never expires: a dump must not age."""
        made = json.loads(self(*words, "--never-expires", "--json"))
        return [made["client_id"], made["client_secret"]]

    def add(self, name: str, *words: str, tenant: str = TENANT) -> list[str]:
        """Add a client; return its id and secret."""
        return self.secret("clients", "add", name, *words, "--tenant", tenant)
