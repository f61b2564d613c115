"""What the processes of a server count, and the alerts that use it (NTC-1)."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from clients_app import measures
from clients_app.http.places import place_of
from clients_app.models import TokenRefusal
from tests.portal_process import CHECKOUT, PortalProcess
from tests.prepared_portal import new_portal
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database
TOKEN = "a-token-of-the-operator"
ALERTS = yaml.safe_load((CHECKOUT / "deploy/prometheus/alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path_factory.mktemp("metrics"), METRICS_TOKEN=TOKEN)


def samples(portal: PortalProcess) -> Samples:
    request = Request(  # noqa: S310  our own portal
        f"{portal.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urlopen(request, timeout=30) as reply:  # noqa: S310  as above
        families = list(text_string_to_metric_families(reply.read().decode()))
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def value_of(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0)


ISSUED = {
    "endpoint": "token",
    "grant": "client_credentials",
    "method": "client_secret_basic",
    "result": "ok",
    "cause": "",
}
REQUESTS, REFUSED = "portal_oauth_requests_total", "portal_refused_requests_total"
SECONDS, WAITS = "portal_request_seconds", "portal_request_wait_seconds"


def test_requests_of_all_processes_are_counted_and_survive_the_death_of_one(
    portal: PortalProcess,
) -> None:
    client = json.loads(portal.run("clients", "add", "pump", "--json").stdout)
    form = {"grant_type": "client_credentials"}

    def send(secret: str, times: int, form: dict[str, str] = form) -> None:
        url, pair = f"{portal.url}/identity/connect/token", (client["client_id"], secret)
        for _ in range(times):
            requests.post(url, form, auth=pair, timeout=30)

    def wait_for(name: str, number: int, **labels: str) -> None:
        wait_until(lambda: value_of(samples(portal), name, **labels) == number)

    send(client["client_secret"], 20)
    send(client["client_secret"], 1, {"grant_type": "made-up"})
    send(f"{client['client_secret'][:-1]}_", 3)
    wait_for(f"{SECONDS}_count", 24, endpoint="token")  # written by both processes
    wait_for(REFUSED, 3, cause="unknown-secret")
    os.kill(portal.workers()[0], signal.SIGKILL)
    wait_until(portal.answers)
    send(client["client_secret"], 5)
    wait_for(f"{SECONDS}_count", 29, endpoint="token")

    found = samples(portal)
    cause = "the secret has a wrong form or checksum"
    wrong = {**ISSUED, "result": "invalid_client", "cause": cause}
    unknown = {**ISSUED, "grant": "other", "result": "unsupported_grant_type"}
    assert [value_of(found, REQUESTS, **labels) for labels in (ISSUED, wrong, unknown)] == [
        25,
        3,
        1,
    ]
    assert value_of(found, "portal_responses_total", endpoint="token", status="200") == 25
    for name in (SECONDS, WAITS):
        assert value_of(found, f"{name}_bucket", endpoint="token", le="+Inf") == 29
        assert value_of(found, f"{name}_sum", endpoint="token") > 0


@pytest.mark.sweep
def test_requests_are_counted_by_the_method_of_authentication(portal: PortalProcess) -> None:
    forms = {
        "private_key_jwt": {"client_assertion_type": "x", "client_assertion": "x"},
        "client_secret_post": {"client_id": "x", "client_secret": "x"},
        "none": {"client_id": "x"},
    }
    for form in forms.values():
        requests.post(f"{portal.url}/identity/connect/token", form, timeout=30)

    def counted() -> set[str | None]:
        return {dict(labels).get("method") for name, labels in samples(portal) if name == REQUESTS}

    wait_until(lambda: counted() >= set(forms))


def test_alerts_use_metrics_and_labels_that_exist(portal: PortalProcess) -> None:
    kinds = {kind.name: kind.labels for kind in measures.KINDS}
    shown = {name for name, _ in samples(portal)} | {"up"}
    for kind in measures.KINDS:
        endings = ("_bucket", "_sum", "_count") if kind.is_timing else ("_total",)
        shown |= {f"{kind.name}{ending}" for ending in endings}
    page = (CHECKOUT / "docs/operations.md").read_text()
    causes = set(TokenRefusal.Cause.values)

    assert len(RULES) > 10
    for rule in RULES:
        named = set(re.findall(r"\b(?:up|portal_\w+)\b", rule["expr"]))
        assert named <= shown | {"portal_notices", "portal_secrets_expiring"}, rule["alert"]
        for name in named - {"up"}:
            base = re.sub(r"_(total|bucket|sum|count)$", "", name)
            assert f"`{base}" in page, base
            labels = set(re.findall(rf"{name}{{([^}}]*)}}", rule["expr"]))
            known = set(kinds.get(base, ("tenant", "channel", "state", "within_days", "what")))
            assert set(re.findall(r'(\w+)=~?"', "".join(labels))) <= known, rule["alert"]
        for cause in re.findall(r'portal_refused_requests_total{cause=~"([^"]*)"}', rule["expr"]):
            assert set(cause.split("|")) <= causes
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_counts_of_processes_are_added_up_and_forgotten_by_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "metrics"
    measures.forget(folder)
    of_kind = [[["token", "200"], [2.0]]]
    for process in ("1", "2"):
        (folder / f"{process}.json").write_text(json.dumps({"portal_responses": of_kind}))

    assert measures.read(folder)[measures.RESPONSES] == {("token", "200"): [4.0]}

    measures.forget(folder)
    assert measures.read(folder)[measures.RESPONSES] == {}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/identity/connect/token", "token"),
        ("/identity/connect/userinfo/", "userinfo"),
        ("/identity/connect/anything", "pages"),
        ("/identity/.well-known/openid-configuration", "documents"),
        ("/api/v1/Tenants/x/Roles", "api"),
        ("/admin/", "admin"),
        ("/security/clients", "pages"),
        ("/", "pages"),
        ("/livez", "probes"),
        ("/static/x.css", "static"),
        (f"/{'x' * 500}", "pages"),
    ],
)
def test_address_is_grouped_into_one_of_a_few_places(path: str, place: str) -> None:
    assert place_of(path) == place
