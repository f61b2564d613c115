"""Client Ids: one spelling, either case, never nil."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.client_ids import parse_client_id

TEXT = "0f8fad5b-d9cb-469f-a165-70867728950e"


@given(st.uuids(), st.data())
def test_every_guid_is_read_in_any_mix_of_cases(client_id, data):
    text = "".join(data.draw(st.sampled_from([c, c.upper()])) for c in str(client_id))

    assert parse_client_id(text) == client_id
    assert str(parse_client_id(text)) == str(client_id)


def test_nil_is_no_client_id_but_its_neighbours_are():
    assert parse_client_id("00000000-0000-0000-0000-000000000000") is None
    assert parse_client_id("00000000-0000-0000-0000-000000000001") == uuid.UUID(int=1)
    assert parse_client_id("ffffffff-ffff-ffff-ffff-ffffffffffff") == uuid.UUID(int=2**128 - 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("-", ""),
        "{" + TEXT + "}",
        "urn:uuid:" + TEXT,
        TEXT[:-1],
        TEXT + "0",
        TEXT + "\n",
        " " + TEXT,
        TEXT + " ",
        TEXT.replace("f", "g"),
        "0f8fad5bd-9cb-469f-a165-70867728950e",
        TEXT.replace("-", "\u2010"),
        TEXT.replace("0", "\u0660"),
        "\uff10" + TEXT[1:],
        "\x00" + TEXT[1:],
    ],
)
def test_other_spellings_are_refused(text):
    assert parse_client_id(text) is None


@given(st.text())
def test_other_text_is_refused_without_an_exception(text):
    assert parse_client_id(text) is None
