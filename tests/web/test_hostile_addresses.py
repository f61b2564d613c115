"""Addresses and forms of lists with values that make no sense: an answer, never an error.

Source: WEB-1.
"""

from itertools import cycle
from typing import Final

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person
from tests.conftest import Machine
from tests.sampling import sampled

TEXTS: Final = ("", "a\x00b", "//evil.example/", "9" * 30, str(2**63), "-1", "x" * 3000)
HOSTILE: Final = (
    *TEXTS,
    *("٣", '"><script>', "0001-W01", "9998-W53", "1970-01-01", "9999-12-31"),
    *(f"{2**63 - 1}-253402300799999999-1", f"saved-{10**18 - 1}", "," * 500),
    *(",".join(map(str, range(500))), "00000000-0000-0000-0000-000000000000"),
)
ZONES: Final = ("America/Los_Angeles", "Asia/Tokyo")
LIST: Final = "/security/clients"
LIST_NAMES: Final = (
    *(
        "type",
        "q",
        "show",
        "role",
        "tag",
        "week",
        "sort",
        "page",
        "select",
        "everything",
        "clients",
    ),
)
#: address, what is sent with each hostile value, and the names that get it
GETS: Final[dict[str, tuple[str, dict[str, str], tuple[str, ...]]]] = {
    "list": (LIST, {}, LIST_NAMES),
    "timeline": (LIST, {"show": "timeline"}, ("week", "page", "sort")),
    "ticks": (LIST, {"select": "1"}, ("clients", "everything", "page")),
    "usage": (f"{LIST}/usage", {}, (*LIST_NAMES, "period")),
    "polled list": (f"{LIST}/live", {}, (*LIST_NAMES, "since")),
    "run": (f"{LIST}/rotate", {}, ("secrets", "run", "to")),
    "start of a run": (f"{LIST}/rotate/start", {"show": "timeline"}, ("week", "clients", "to")),
    "export": (f"{LIST}/export", {}, (*LIST_NAMES, "to")),
    "bulk": (f"{LIST}/bulk/roles", {}, ("clients", "to", "add", "remove", "kept_secrets")),
    "saved filter": (f"{LIST}/filters/add", {}, (*LIST_NAMES, "name")),
    "activity": (
        "/security/activity",
        {"when": "dates"},
        (*("q", "kind", "outcome", "first", "last", "client", "person", "below", "above"),),
    ),
    "client": (f"{LIST}/<client>", {}, (*LIST_NAMES, "period")),
    "activity of a client": (f"{LIST}/<client>/activity", {}, ("period", "page", "when")),
}
POSTS: Final[dict[str, tuple[str, ...]]] = {
    f"{LIST}/bulk/disable": ("clients", "to", "form_key"),
    f"{LIST}/bulk/tags": ("clients", "to", "add", "remove", "form_key"),
    f"{LIST}/bulk/owners": ("clients", "to", "owners", "form_key"),
    f"{LIST}/bulk/roles": ("clients", "to", "add", "remove", "kept_secrets", "form_key"),
    f"{LIST}/bulk/remove": ("clients", "to", "confirm", "form_key"),
    f"{LIST}/undo": ("operation", "next", "form_key"),
    f"{LIST}/export": ("clients", "to", "format"),
    f"{LIST}/filters/add": ("name", "form_key"),
    f"{LIST}/filters/{10**18}/remove": ("next", "form_key"),
    "/help/token": ("token", "form_key"),
    "/security/notices/alerts": ("refused", "silent", "new_address", "form_key"),
}


@pytest.mark.parametrize("name", sampled(GETS, count=4))
def test_address_with_hostile_values_is_answered(
    administrator_browser: Browser, administrator: Person, machine: Machine, name: str
) -> None:
    """East and west of UTC, as the first and the last day of the calendar differ."""
    address, fixed, names = GETS[name]
    address = address.replace("<client>", str(machine.client.pk))
    for value, zone in zip(HOSTILE, cycle(ZONES), strict=False):
        Person.objects.filter(pk=administrator.pk).update(time_zone=zone)
        reply = administrator_browser.get(address, dict.fromkeys(names, value) | fixed)
        assert reply.status_code in {200, 204, 302, 303, 422}, (value, reply.status_code)
        if reply.status_code in {302, 303}:
            assert reply["Location"].startswith("/security/"), value


@pytest.mark.parametrize("address", POSTS)
def test_form_with_hostile_values_is_answered_and_changes_nothing(
    administrator_browser: Browser, machine: Machine, address: str
) -> None:
    before = list(Client.objects.values())
    for value in TEXTS:
        reply = administrator_browser.post(address, dict.fromkeys(POSTS[address], value))
        assert reply.status_code in {200, 303, 404, 422}, (value, reply.status_code)
    assert list(Client.objects.values()) == before
