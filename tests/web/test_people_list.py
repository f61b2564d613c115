"""Users: who is listed, filtered and sorted, with a constant number of queries."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients_app.models import Person, Tenant
from clients_app.rules.built_in_roles import TENANT_AUDITOR, TENANT_VIEWER
from tests.conftest import browser_of
from tests.factories import give_app, make_person, role_id
from tests.responses import HTMX, is_page, text_of, unmarked

USERS = "/security/users"
LIST = {**HTMX, "HX-Target": "list"}
DAY = timedelta(days=1)


@pytest.fixture
def people(tenant: Tenant, administrator: Person, now: Any) -> dict[str, Person]:
    """Somebody in each state; all joined long ago."""
    made = {
        "ann": make_person("ann", tenant, TENANT_VIEWER, name="Ann Ott", email="ann@a.example"),
        "bob": make_person("bob", tenant),
        "cyd": make_person("cyd", tenant),
        "dan": make_person("dan", tenant),
        "eve": make_person("eve", tenant),
    }
    Person.objects.update(created_at=now - 400 * DAY, last_login=now - 2 * DAY)
    changes: dict[str, dict[str, Any]] = {
        "bob": {"last_login": now - 91 * DAY},
        "cyd": {"invitation_ends_at": now + DAY, "last_login": None},
        "dan": {"invitation_ends_at": now - DAY, "last_login": None},
        "eve": {"is_active": False},
    }
    for name, change in changes.items():
        Person.objects.filter(pk=made[name].pk).update(**change)
    give_app(made["ann"])
    return made


def rows(reply: Any) -> dict[str, str]:
    """Return the text of each row, by the name that it begins with."""
    found = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", unmarked(reply), re.DOTALL)
    texts = (re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in found)
    return {text.split()[0].lower(): text for text in texts}


@pytest.mark.both_databases
def test_people_list_says_who_each_person_is(
    administrator_browser: Browser, people: dict[str, Person]
) -> None:
    found = rows(administrator_browser.get(USERS))

    assert list(found) == ["ann", "bob", "cyd", "dan", "eve", "mara"]
    for text in ("ann, ann@a.example", "Active", "Tenant Viewer", "+1", "Authenticator app"):
        assert text in found["ann"]
    assert "Over 90 days" in found["bob"]
    assert "Password only" in found["bob"]
    assert "Invited until" in found["cyd"]
    assert "Invitation expired" in found["dan"]
    assert "Inactive" in found["eve"]
    assert "Over 90 days" not in "".join(found[one] for one in ("ann", "cyd", "dan", "eve"))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "OTT"}, "ann"),
        ({"q": "ann@A"}, "ann"),
        ({"q": "bo"}, "bob"),
        ({"show": "active"}, "ann bob mara"),
        ({"show": "invited"}, "cyd dan"),
        ({"show": "inactive"}, "eve"),
        ({"show": "no-factor"}, "bob mara"),
        ({"show": "unseen"}, "bob"),
        ({"show": "nonsense", "page": "x", "sort": "y", "role": "z"}, "ann bob cyd dan eve mara"),
        ({"sort": "-name"}, "mara eve dan cyd bob ann"),
        ({"sort": "state"}, "ann bob mara cyd dan eve"),
        ({"sort": "seen", "show": "active"}, "bob ann mara"),
        ({"q": "nobody"}, ""),
    ],
)
def test_people_list_filters_and_sorts(
    administrator_browser: Browser, people: dict[str, Person], query: dict[str, str], names: str
) -> None:
    assert list(rows(administrator_browser.get(USERS, query))) == names.split()


def test_people_list_by_role(
    administrator_browser: Browser, people: dict[str, Person], tenant: Tenant
) -> None:
    reply = administrator_browser.get(USERS, {"role": str(role_id(tenant, TENANT_VIEWER))})

    assert list(rows(reply)) == ["ann"]


def test_people_list_has_pages_of_fifty(administrator_browser: Browser, tenant: Tenant) -> None:
    for number in range(60):
        make_person(f"p{number:02}", tenant)

    first, last = (administrator_browser.get(USERS, {"page": one}) for one in ("1", "99"))

    assert len(rows(first)) == 50
    assert "Page 1 of 2, 61 people" in text_of(first)
    assert len(rows(last)) == 11


def test_people_list_reads_as_much_for_many_as_for_few(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert administrator_browser.get(USERS, headers=LIST).status_code == 200
        return len(asked)

    queries()
    few = queries()
    for number in range(30):
        give_app(make_person(f"p{number:02}", tenant, TENANT_VIEWER))

    assert queries() == few


def test_people_list_fragment_is_the_list(
    administrator_browser: Browser, people: dict[str, Person]
) -> None:
    reply = administrator_browser.get(USERS, headers=LIST)

    assert not is_page(reply)
    assert 'id="count-people" hx-swap-oob="true">6<' in text_of(reply)


def test_people_list_is_for_administrators_and_auditors(
    administrator_browser: Browser, colleague_browser: Browser, tenant: Tenant
) -> None:
    auditor = browser_of(make_person("audrey", tenant, TENANT_AUDITOR))

    assert colleague_browser.get(USERS).status_code == 403
    assert USERS not in text_of(colleague_browser.get("/security/clients"))
    assert "Invite" in text_of(administrator_browser.get(USERS))
    page = text_of(auditor.get(USERS))
    assert "/security/users/invite" not in page
    assert f'href="{USERS}"' in page


def test_people_list_escapes_names_and_filters(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    make_person("x", tenant, name="<b>Bold</b>")

    page = text_of(administrator_browser.get(USERS, {"q": "<b>"}))

    assert "<b>Bold" not in page
    assert "<b>" not in page.partition("<main")[2]
