"""Two nodes behind a proxy: they start at once, and one fails while the other serves.

`make faults` does the same with three nodes, for longer, and with more faults.
"""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.cluster import invariants
from tests.cluster.administrator import Administrator, new_administrator
from tests.cluster.cluster import Cluster
from tests.cluster.replays import Signer, send_to
from tests.cluster.token_load import TokenLoad
from tests.prepared_portal import prepared_portal
from tests.sampling import sampled
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database  # PostgreSQL, of its own
TOKENS = 40  # before and after a fault


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("nodes")
    folder.chmod(0o711)
    with Cluster(folder, nodes=2, static=prepared_portal().data_dir) as made:
        yield made


@pytest.fixture(scope="module")
def administrator(cluster: Cluster) -> Administrator:
    return new_administrator(cluster.nodes[0], cluster.proxy)


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> tuple[str, str]:
    added = json.loads(cluster.nodes[0].manage("clients", "add", "load", "--json").stdout)
    return added["client_id"], added["client_secret"]


def test_nodes_that_start_at_once_prepare_an_empty_database_once(cluster: Cluster) -> None:
    """AVA-18."""
    query = cluster.database.query

    assert query("SELECT app, name FROM django_migrations GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert query("SELECT count(*) FROM clients_app_tenant") == [(1,)]
    assert query("SELECT count(*) FROM clients_app_person") == [(1,)]
    assert query("SELECT count(*) FROM clients_app_signingkey WHERE state = 'active'") == [(1,)]
    assert all("ERROR" not in node.log() for node in cluster.nodes)


def test_assertion_is_good_for_one_token_of_one_node(cluster: Cluster) -> None:
    """CRE-5, also while nobody answers at CACHE_URL: PostgreSQL alone decides."""
    signer = Signer(cluster, "signer")
    one, other = cluster.nodes
    used = signer.assertion()

    assert [send_to(node, used) for node in (one, other, one)] == [200, 401, 401]
    assert signer.sent_at_once(signer.assertion(), [one, other] * 10) == {200: 1, 401: 19}
    cluster.redis.kill()
    try:
        assert send_to(other, used) == 401
        assert signer.sent_at_once(signer.assertion(), [one, other] * 10) == {200: 1, 401: 19}
    finally:
        cluster.redis.start()


def killed(cluster: Cluster) -> None:
    cluster.nodes[0].kill()


def stopped(cluster: Cluster) -> None:
    assert cluster.nodes[0].stop() == 0


def cut_off(cluster: Cluster) -> None:
    cluster.database.stop()
    wait_until(lambda: cluster.nodes[0].get("/readyz") == 503)
    cluster.database.start()


@pytest.mark.parametrize(
    ("fault", "answers"),
    sampled([(killed, {"200"}), (stopped, {"200"}), (cut_off, {"200", "503"})]),
)
def test_node_or_database_that_fails_loses_nothing(
    cluster: Cluster,
    administrator: Administrator,
    client: tuple[str, str],
    fault: Callable[[Cluster], None],
    answers: set[str],
) -> None:
    """AVA-17, AVA-4. Answers other than a token are errors as OAuth has them."""
    administrator = administrator.again()
    with TokenLoad(cluster.proxy, client, per_second=60) as load, administrator:
        wait_until(lambda: load.tokens >= TOKENS and len(administrator.known) >= 2)
        fault(cluster)
        before, known = load.tokens, len(administrator.known)
        if cluster.nodes[0].server is None:
            cluster.restart(cluster.nodes[0])
        wait_until(lambda: load.tokens >= before + TOKENS)
        wait_until(lambda: len(administrator.known) >= known + 2)

    assert set(load.answers) <= answers, load.answers
    assert administrator.faults == []
    assert invariants.lost_changes(cluster, administrator) == []
    assert administrator.worked_after_removal == 0
    assert invariants.refused_secrets(administrator) == 0
    assert invariants.forged_tokens(cluster, load) == 0


def test_audit_chain_verifies_on_every_node(cluster: Cluster) -> None:
    """The heads that a node remembers are in the chain, whichever node wrote what follows."""
    assert invariants.broken_chains(cluster) == []
