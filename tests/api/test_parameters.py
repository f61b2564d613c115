"""Parameters in the query at their edges, and bad ones."""

import pytest

from tests.api.addresses import M, Subjects
from tests.api.conftest import Caller
from tests.api.replies import refused


@pytest.mark.both_databases
def test_odd_parameters_find_nothing_or_are_refused(robot: Caller, subjects: Subjects) -> None:
    table = {
        M: ("id", "tag", "query", "state", "expiresBefore", "skip", "count"),
        "Roles": ("query", "roleTypeId", "skip", "count"),
        "Apis": ("query", "skip", "count"),
        "Activity": ("client", "person", "action", "outcome", "query", "from", "to", "cursor"),
        "Usage": ("client", "api", "from", "to", "count", "cursor"),
    }
    for address, names in table.items():
        for name in names:
            sentence = f"{name}: Send text without the character NUL."
            refused(robot.get(f"{address}?{name}=a%00"), 400, sentence)
            refused(
                robot.get(f"{address}?{name}={'x' * 301}"), 400, f"{name}: This value is too long."
            )
            for odd in ("%ED%A0%80", "%27", "%25_%5C"):
                reply = robot.get(f"{address}?{name}={odd}")
                assert reply.status_code in {200, 400}, (address, name, odd)
                assert reply.status_code == 400 or reply.json() == [], (address, name, odd)
        for other in ("order=secret__hash", "client__secrets__hash__startswith=$argon2", "a[]=1"):
            reply = robot.get(f"{address}?{other}")
            refused(reply, 400, f"{other.partition('=')[0]}: There is no such parameter.")


@pytest.mark.parametrize("address", [M, "Roles", "Apis"])
def test_page_has_edges(robot: Caller, subjects: Subjects, address: str) -> None:
    whole = robot.get(address)
    total = int(whole["Total-Count"])
    for query, found in (
        ("?count=1", whole.json()[:1]),
        ("?COUNT=1&Skip=1", whole.json()[1:2]),
        ("?count=1000", whole.json()),
        ("?count=&skip=", whole.json()),
        (f"?skip={total}", []),
        ("?skip=1000000000", []),
    ):
        reply = robot.get(f"{address}{query}")
        assert (reply.json(), reply["Total-Count"]) == (found, str(total)), query
    for name, edge, values in (
        (
            "count",
            "1 to 1000",
            ("0", "1001", "-1", "1e9", "1.0", "%EF%BC%91", "%D9%A1", "0x1", "1_0"),
        ),
        ("skip", "0 to 1000000000", ("-1", "1000000001", "9" * 30, "%2B-1", "null")),
    ):
        for value in values:
            sentence = f"{name}: Send a whole number from {edge}."
            refused(robot.get(f"{address}?{name}={value}"), 400, sentence)
    refused(robot.get(f"{address}?count=1&COUNT=2"), 400, "count: Send this parameter once.")
