"""Tenants: only the command line and the first start add them."""

import pytest

from clients_app import audit
from clients_app.actors import INSTALLATION, Actor, ActorKind
from clients_app.errors import Conflict
from clients_app.models import Role, Tenant
from clients_app.services.tenants.tenants import add_tenant
from tests.moments import NOW
from tests.refused_values import refused_at


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["T", "T" * 200])
def test_new_tenant_has_built_in_roles_and_an_audit_chain(name: str) -> None:
    tenant = add_tenant(f" {name} ", actor=Actor.command_line(INSTALLATION), now=NOW)

    assert Tenant.objects.get().name == name
    assert Role.objects.for_tenant(tenant.pk).count() == 7
    assert audit.first_fault(tenant.pk) is None


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "   ", "T" * 201, "a\nb", "\u200b"])
def test_tenant_without_a_name_is_refused(name: str) -> None:
    with refused_at("name"):
        add_tenant(name, actor=Actor.command_line(INSTALLATION), now=NOW)
    assert not Tenant.objects.exists()


@pytest.mark.django_db
def test_tenant_with_a_taken_name_is_refused() -> None:
    add_tenant("Contoso", actor=Actor.command_line(INSTALLATION), now=NOW)
    with pytest.raises(Conflict):
        add_tenant("Contoso ", actor=Actor.command_line(INSTALLATION), now=NOW)
    assert Tenant.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [ActorKind.PERSON, ActorKind.CLIENT])
def test_add_tenant_as_a_person_is_refused(kind: ActorKind) -> None:
    with pytest.raises(ValueError, match="Only the command line"):
        add_tenant("Contoso", actor=Actor(kind=kind, tenant_id=INSTALLATION), now=NOW)
    assert not Tenant.objects.exists()
