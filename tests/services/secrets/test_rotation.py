"""Rotation: the new secret is returned once; the old one expires as chosen but stays listed."""

import json
from datetime import timedelta

import pytest

from clients_app.errors import AlreadyAdded, Forbidden, NotFound, RuleBroken
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import digest_fits
from clients_app.services.secrets.rotation import RotatedSecret, rotate_secret
from tests.actors import actor_for, command_line_in
from tests.factories import insert_clients, insert_secrets, make_client, make_person
from tests.moments import IN_A_YEAR, NOW, SECOND
from tests.refused_values import refused_at

DAY = timedelta(days=1)
DRAFT = SecretDraft(description="next", expires_at=IN_A_YEAR)


@pytest.fixture
def old(client: Client) -> ClientSecret:
    return insert_secrets(client, 1, description="first")[0]


def rotate(client: Client, old: ClientSecret, **more: object) -> RotatedSecret:
    given = {"old_ends_at": NOW + DAY, "actor": command_line_in(client.tenant), "now": NOW, **more}
    return rotate_secret(client, old.pk, DRAFT, **given)


def test_rotation_returns_the_new_secret_once_and_links_it_to_the_old_one(client, old):
    rotated = rotate(client, old)

    new = ClientSecret.objects.get(replaces=old)
    assert (new.description, new.expires_at) == ("next", IN_A_YEAR)
    assert digest_fits(rotated.plain, new.digest)
    assert rotated.plain not in repr(rotated)
    assert Client.objects.get().next_expires_at == IN_A_YEAR  # that of the new one


def test_old_secret_expires_at_the_chosen_second_and_is_not_removed(client, old):
    rotate(client, old)

    old.refresh_from_db()
    assert (old.expires_at, old.removed_at) == (NOW + DAY, None)
    assert client.secrets.live(NOW + DAY - SECOND).count() == 2
    assert client.secrets.live(NOW + DAY).count() == 1


def test_immediate_rotation_expires_the_old_secret_without_removing_it(client, old):
    """This matters to introspection: tokens of a removed secret are inactive."""
    rotate(client, old, old_ends_at=NOW)

    old.refresh_from_db()
    assert (old.expires_at, old.removed_at) == (NOW, None)
    assert client.secrets.live(NOW).count() == 1


def test_earlier_expiry_of_the_old_secret_is_kept(client):
    soon = insert_secrets(client, 1, expires_at=NOW + SECOND)[0]

    rotate(client, soon)

    soon.refresh_from_db()
    assert soon.expires_at == NOW + SECOND


def test_rotation_records_its_events_in_one_transaction(client, old):
    rotated = rotate(client, old)

    added, turned = AuditEvent.objects.filter(client_id=client.pk).order_by("sequence")
    assert (added.action, turned.action) == ("client.secret.added", "client.secret.rotated")
    sealed = json.loads(turned.canonical)
    assert sealed["before"]["expires_at"] != sealed["after"]["expires_at"]
    assert sealed["after"]["replaced_by"] == str(rotated.secret)
    assert rotated.plain not in added.canonical + turned.canonical


def test_rotation_with_nine_other_secrets_must_name_one_to_remove(client, old):
    others = insert_secrets(client, 9)

    with refused_at("remove", "Choose the secret to remove"):
        rotate(client, old)
    assert client.secrets.live(NOW).count() == 10
    old.refresh_from_db()
    assert old.expires_at == IN_A_YEAR

    rotate(client, old, remove_id=others[3].pk)

    others[3].refresh_from_db()
    assert others[3].removed_at == NOW
    assert client.secrets.live(NOW).count() == 10
    assert AuditEvent.objects.filter(action="client.secret.removed").count() == 1


def test_rotation_with_eight_other_secrets_removes_none(client, old):
    others = insert_secrets(client, 8)

    rotate(client, old, remove_id=others[0].pk)

    others[0].refresh_from_db()
    assert others[0].removed_at is None
    assert client.secrets.live(NOW).count() == 10


def test_immediate_rotation_of_the_tenth_secret_removes_none(client, old):
    insert_secrets(client, 9)

    rotate(client, old, old_ends_at=NOW)

    assert client.secrets.live(NOW).count() == 10


@pytest.mark.parametrize("which", ["old", "expired", "of another", "never was"])
def test_rotation_that_fails_removes_nothing(client, old, tenant, which):
    insert_secrets(client, 9)
    named = {
        "old": old.pk,
        "expired": insert_secrets(client, 1, expires_at=NOW)[0].pk,
        "of another": insert_secrets(insert_clients(["Valve"], tenant)[0], 1)[0].pk,
        "never was": 10**15,
    }

    with pytest.raises(RuleBroken, match="Choose the secret to remove"):
        rotate(client, old, remove_id=named[which])
    assert not ClientSecret.objects.exclude(removed_at=None).exists()


def test_rotation_of_an_expired_or_removed_secret_is_refused(client):
    expired = insert_secrets(client, 1, expires_at=NOW)[0]
    removed = insert_secrets(client, 1, removed_at=NOW)[0]

    for secret in (expired, removed):
        with pytest.raises(NotFound):
            rotate(client, secret)
    assert client.secrets.count() == 2


def test_rotation_with_the_same_form_key_rotates_once(client, old):
    rotate(client, old, form_key="key", old_ends_at=NOW)

    with pytest.raises(AlreadyAdded):
        rotate(client, old, form_key="key", old_ends_at=NOW)
    assert client.secrets.count() == 2


def test_rotation_without_permission_is_refused(client, old, colleague: Person, stranger: Person):
    with pytest.raises(Forbidden):
        rotate(client, old, actor=actor_for(colleague))
    with pytest.raises(NotFound):
        rotate(client, old, actor=actor_for(stranger))
    assert client.secrets.count() == 1


def test_rotator_cannot_rotate_secrets_of_an_administrator_client(tenant: Tenant):
    """ROL-5."""
    robot = make_client("robot", tenant, TENANT_ADMINISTRATOR)
    assert robot.secret is not None

    with pytest.raises(Forbidden):
        rotate(
            robot.client,
            robot.secret,
            actor=actor_for(make_person("rob", tenant, SECRET_ROTATOR)),
        )
