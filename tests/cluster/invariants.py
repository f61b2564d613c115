"""What must be true afterwards, whatever failed: nothing lost, nothing half-made."""

import json
from uuid import UUID

import jwt

from tests.cluster.administrator import Administrator
from tests.cluster.cluster import URL, Cluster
from tests.cluster.token_load import TokenLoad

#: rows of a client and its events, as the database has them
_CLIENTS = """
SELECT c.id, c.removed_at IS NOT NULL,
  (SELECT count(*) FROM clients_app_issuedclientid i WHERE i.id = c.id),
  (SELECT count(*) FROM clients_app_clientrole r WHERE r.client_id = c.id),
  (SELECT count(*) FROM clients_app_auditevent e WHERE e.client_id = c.id AND e.outcome = 'done'
    AND e.action = 'client.added'),
  (SELECT count(*) FROM clients_app_auditevent e WHERE e.client_id = c.id AND e.outcome = 'done'
    AND e.action = 'client.removed')
FROM clients_app_client c"""
_SECRETS = """
SELECT s.client_id, s.id, s.removed_at IS NOT NULL,
  (SELECT count(*) FROM clients_app_auditevent e WHERE e.client_id = s.client_id
    AND e.outcome = 'done' AND e.object_id = s.id::text
    AND e.action = 'client.secret.added'),
  (SELECT count(*) FROM clients_app_auditevent e WHERE e.client_id = s.client_id
    AND e.outcome = 'done' AND e.object_id = s.id::text
    AND e.action = 'client.secret.removed')
FROM clients_app_clientsecret s"""


def lost_changes(cluster: Cluster, administrator: Administrator) -> list[str]:
    """Return a line for each change that was answered and is not there, or is half-made."""
    clients = {row[0]: row[1:] for row in cluster.database.query(_CLIENTS)}
    secrets = {row[1]: row[2] for row in cluster.database.query(_SECRETS)}
    lost = []
    for known in administrator.known:
        is_removed = clients.get(UUID(known.client_id), (None,))[0]
        if is_removed is not known.is_removed:
            lost.append(f"client {known.name}: removed is {is_removed}")
        lost += [
            f"secret {secret_id} of {known.name} is not there"
            for secret_id in known.plains
            if not known.is_removed and secrets.get(secret_id) is not False
        ]
    return lost + half_made(cluster)


def half_made(cluster: Cluster) -> list[str]:
    """Return a line for each client and secret that has not exactly its rows and events."""
    found = [
        f"client {client_id}: {counts}"
        for client_id, is_removed, *counts in cluster.database.query(_CLIENTS)
        if counts[0] != 1 or counts[1] < 1 or counts[2:] != [1, is_removed]
    ]
    found += [
        f"secret {secret_id}: {counts}"
        for _, secret_id, is_removed, *counts in cluster.database.query(_SECRETS)
        if counts[0] != 1 or counts[1] > is_removed
    ]
    return found


def refused_secrets(administrator: Administrator) -> int:
    """Return how many of the secrets that answers showed, and nobody removed, get no token."""
    refused = 0
    for known in administrator.known:
        for plain in () if known.is_removed else known.plains.values():
            refused += administrator.status_of_token(known.client_id, plain) != 200
    return refused


def broken_chains(cluster: Cluster) -> list[str]:
    """Return what `activity verify` says on each node where a chain does not verify."""
    ran = cluster.each(lambda node: node.manage("activity", "verify"))
    return [f"{one.stdout}{one.stderr}" for one in ran if one.returncode != 0]


def forged_tokens(cluster: Cluster, load: TokenLoad) -> int:
    """Return how many of the kept tokens no published key verifies."""
    metadata = cluster.proxy.ask("GET", "/identity/.well-known/openid-configuration").body
    path = json.loads(metadata)["jwks_uri"].removeprefix(URL)
    published = jwt.PyJWKSet.from_json(cluster.proxy.ask("GET", path).body)
    forged = 0
    for token in load.kept:
        try:
            key = published[jwt.get_unverified_header(token)["kid"]]
            jwt.decode(token, key, algorithms=["RS256"], audience=URL)
        except (KeyError, jwt.InvalidTokenError):
            forged += 1
    return forged
