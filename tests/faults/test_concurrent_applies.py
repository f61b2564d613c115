"""Concurrent processes that apply files: one after the other, none twice."""

from clients_app.models import Client, Role, Tenant
from clients_app.services.declared.apply import NewSecrets, apply_document
from clients_app.services.declared.entries import parse_document
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import command_line_in
from tests.faults.conftest import errors, run_concurrently
from tests.moments import NOW

FILE = parse_document(
    {
        "roles": [{"name": "MyData.Role"}],
        "clients": [
            {"name": "Pump", "roles": ["MyData.Role"]},
            {"name": "Rooms", "type": "authorization-code", "redirect_uris": ["https://a.example"]},
        ],
    }
)


def test_concurrent_applies_of_one_file_add_each_client_once(committed_tenant: Tenant) -> None:
    secrets = NewSecrets(draft=SecretDraft(expires_at=None), hashed=[])
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        4, lambda _: len(apply_document(FILE, secrets, actor=actor, now=NOW))
    )

    assert errors(outcomes) == {"": 4}
    assert sorted(outcome.value for outcome in outcomes) == [0, 0, 0, 2]
    assert (Client.objects.count(), Role.objects.filter(name="MyData.Role").count()) == (2, 1)
