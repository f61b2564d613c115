"""Addresses in another spelling, and other methods."""

from collections.abc import Callable
from typing import Final

import pytest

from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.api.addresses import ROWS, Subjects
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.api.unprivileged import unprivileged_subjects
from tests.audit.rows import all_rows

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "QUERY")


@pytest.fixture
def subjects(db: None) -> Subjects:
    return unprivileged_subjects()


def test_other_methods_are_refused_and_head_is_as_get(
    calling: Callable[..., Caller], subjects: Subjects
) -> None:
    robot = calling("Robot", TENANT_ADMINISTRATOR, of=subjects.world.tenant)
    stranger, rows = Caller("", robot.tenant), all_rows()
    for address, row in ROWS.items():
        offered = {*row, "OPTIONS", *({"HEAD"} if "GET" in row else ())}
        path = subjects.on(address)
        for method in METHODS:
            assert stranger.send(method, path).status_code == 401, (method, address)
            if method not in offered:
                reply = robot.send(method, path, {})
                assert reply.status_code == 405, (method, address)
                if method != "HEAD":
                    refused(reply, 405, f'Method "{method}" not allowed.')
                assert set(reply["Allow"].split(", ")) == offered, (method, address)
        named = robot.send("OPTIONS", path)
        assert (named.status_code, set(named["Allow"].split(", "))) == (204, offered), address
        if "GET" in row:
            got, head = robot.get(path), robot.send("HEAD", path)
            assert head.content == b""
            assert head.status_code == (204 if address == "" else got.status_code)
            for header in ("Total-Count", "ETag", "Next-Cursor"):
                assert head.get(header) == got.get(header), (header, address)
    assert all_rows() == rows


def test_address_in_another_spelling_is_the_same(
    calling: Callable[..., Caller], subjects: Subjects
) -> None:
    robot = calling("Robot", TENANT_ADMINISTRATOR, of=subjects.world.tenant)
    for address, row in ROWS.items():
        path = f"/api/v1/Tenants/{robot.tenant.pk}/{subjects.on(address)}".rstrip("/")
        if "GET" in row:
            plain = robot.get(path)
            for other in (path.upper(), path.lower(), f"{path}/", f"{path.upper()}/"):
                reply = robot.get(other)
                assert (reply.status_code, reply.content) == (200, plain.content), other
        for slashes in ("//v1/", "/v1//", "/v1%2f%2f"):
            assert robot.get(path.replace("/v1/", slashes)).status_code == 404, (slashes, path)
        assert robot.get(f"{path}/x").status_code == 404, path
