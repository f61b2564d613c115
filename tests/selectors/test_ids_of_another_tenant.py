"""Nobody reads a row of another tenant by its id (TEN-1)."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from clients_app.errors import NotFound
from clients_app.selectors.activity import events, filters
from clients_app.selectors.apis import apis
from clients_app.selectors.clients import find, lookup
from clients_app.selectors.roles import roles
from clients_app.selectors.secrets import lookup as secrets
from tests.factories import make_tenant
from tests.moments import NOW
from tests.selectors.list_reads import LATEST, activity, page
from tests.selectors.tenant_world import World, fill, ids_of, mentioned, plain

#: what one tenant may not ask for with the id of another tenant's row
ASKED_BY_ID: Final[list[Callable[[World, World], Any]]] = [
    lambda own, theirs: lookup.get_client(own.tenant.pk, theirs.client.pk),
    lambda own, theirs: lookup.get_removed_client(own.tenant.pk, theirs.removed.pk, now=NOW),
    lambda own, theirs: roles.get_role(own.tenant.pk, theirs.role.pk),
    lambda own, theirs: apis.get_api(own.tenant.pk, theirs.api.pk),
    lambda own, theirs: apis.get_api(own.tenant.pk, theirs.tenant.pk),
    lambda own, theirs: secrets.get_secret(own.client, theirs.secret.pk, now=NOW),
]
FOUND_BY_ID: Final[list[Callable[[World, World], Any]]] = [
    lambda own, theirs: events.recent_events_of(own.tenant.pk, theirs.client.pk),
    lambda own, theirs: filters.found_by(own.tenant.pk, str(theirs.client.pk)),
    lambda own, theirs: filters.found_by(own.tenant.pk, str(theirs.person.pk)),
    lambda own, theirs: page(own, role_id=theirs.role.pk).clients,
    lambda own, theirs: page(own, opened=theirs.client),
    lambda own, theirs: find.find(own.tenant.pk, str(theirs.client.pk)),
    lambda own, theirs: list(
        events.all_activity(activity(own, person_id=theirs.person.pk), LATEST)
    ),
    lambda own, theirs: list(
        events.all_activity(activity(own, client_id=theirs.client.pk), LATEST)
    ),
]


def test_row_of_another_tenant_is_not_found_by_its_id(first: World) -> None:
    second = fill(make_tenant("Contoso"))

    for own, other in ((first, second), (second, first)):
        for read in ASKED_BY_ID:
            with pytest.raises(NotFound):
                read(own, other)
        for find_by_id in FOUND_BY_ID:
            found = {str(one) for one in mentioned(plain(find_by_id(own, other)))}
            assert not found & ids_of(other)
        client_id, person_id = other.client.pk, other.person.pk
        names = filters.names_of(own.tenant.pk, client_id=client_id, person_id=person_id)
        assert names == filters.Names(None, None)
