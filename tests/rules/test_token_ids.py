"""Token ids contain the microsecond of issue and cannot be guessed."""

from datetime import UTC, datetime

import pytest

from clients_app.rules.token_ids import issued_at, new_token_id


@pytest.mark.parametrize("microsecond", [0, 1, 499_999, 999_999])
def test_issue_time_is_read_back(microsecond: int):
    moment = datetime(2026, 11, 23, 12, 0, 59, microsecond, tzinfo=UTC)

    token_id = new_token_id(moment)

    assert len(token_id) == 32
    assert set(token_id) <= set("0123456789abcdef")
    assert issued_at(int(moment.timestamp()), token_id) == moment


def test_ids_of_the_same_moment_differ():
    moment = datetime(2026, 11, 23, tzinfo=UTC)

    assert len({new_token_id(moment) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "token"])
def test_foreign_id_has_no_issue_time(text: str):
    with pytest.raises(ValueError, match="invalid literal"):
        issued_at(0, text)
