"""Checking a secret: SEC-4 to SEC-8. Argon2id itself is never replaced, only counted."""

import uuid
from typing import Any

import pytest

from clients_app import derived_keys
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import verification
from clients_app.services.secrets.verification import could_be_secret, matching_secret
from tests.services.secrets.secret_rows import CLIENT_ID, row_of


def test_a_right_secret_runs_argon2_once_in_a_hundred_times(plain: str, argon2_runs: list[str]):
    """SEC-4."""
    row = row_of(plain)

    found = {matching_secret(plain, client_id=CLIENT_ID, rows=[row]) for _ in range(100)}

    assert found == {row.id}
    assert len(argon2_runs) == 1


@pytest.mark.parametrize("count", [1, 10])
def test_a_wrong_secret_never_reaches_argon2(plain: str, argon2_runs: list[str], count: int):
    """SEC-5."""
    rows = [row_of(plain, number) for number in range(count)]

    for _ in range(50):
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=rows) is None
    assert argon2_runs == []


def test_without_rows_nothing_fits(plain: str, argon2_runs: list[str]):
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert argon2_runs == []


@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_right_secret_costs_one_run_whatever_its_place(argon2_runs: list[str], place: int):
    """SEC-6."""
    plains = [new_secret() for _ in range(10)]
    rows = [row_of(plain, 100 + number) for number, plain in enumerate(plains)]

    assert matching_secret(plains[place], client_id=CLIENT_ID, rows=rows) == 100 + place
    assert len(argon2_runs) == 1


def test_the_memo_does_not_outlive_the_row(plain: str, argon2_runs: list[str]):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(new_secret())]) is None
    assert len(argon2_runs) == 1


@pytest.mark.parametrize("changed", ["id", "digest", "client"])
def test_the_memo_is_bound_to_client_row_and_digest(
    plain: str, argon2_runs: list[str], changed: str
):
    row, client_id = row_of(plain), CLIENT_ID
    matching_secret(plain, client_id=client_id, rows=[row])
    if changed == "id":
        row = row._replace(id=2)
    elif changed == "digest":
        row = row._replace(digest=row_of(plain).digest)
    else:
        client_id = uuid.uuid4()
        row = row_of(plain, client_id=client_id)

    assert matching_secret(plain, client_id=client_id, rows=[row]) == row.id
    assert len(argon2_runs) == 2


def test_a_right_tag_alone_is_not_enough(plain: str):
    """The digest decides: a row whose tag fits but whose digest is of another text is refused."""
    row = row_of(plain)._replace(digest=row_of(new_secret()).digest)

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) is None


def test_another_clients_secret_does_not_fit(plain: str, argon2_runs: list[str]):
    assert matching_secret(plain, client_id=uuid.uuid4(), rows=[row_of(plain)]) is None
    assert argon2_runs == []


def test_the_exact_bytes_count(plain: str):
    """SEC-8."""
    row = row_of(plain)

    for other in (" " + plain, plain + " ", plain.swapcase(), plain[:-1], plain + "0"):
        assert matching_secret(other, client_id=CLIENT_ID, rows=[row]) is None


def test_after_a_change_of_the_root_secret_the_fallback_checks_the_tag(
    plain: str, argon2_runs: list[str], settings: Any
):
    row = row_of(plain)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60

    assert derived_keys.current_key(derived_keys.SECRET_TAGS).id != row.tag_key_id
    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert argon2_runs == []
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id


def test_a_tag_of_a_lost_key_leaves_it_to_argon2(plain: str, argon2_runs: list[str], settings: Any):
    row = row_of(plain)
    settings.SECRET_KEY = "n" * 60

    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert len(argon2_runs) == 2


@pytest.mark.parametrize("text", ["", "pcs_", "a" * 256, "a" * 257, "a" * 10**6, "pcs_" + "0" * 49])
def test_what_is_not_worth_a_look(plain: str, text: str):
    """SEC-2: length and checksum before anything else."""
    assert not could_be_secret(text)
    assert could_be_secret(plain)


def test_one_flipped_character_is_refused_before_any_look(plain: str):
    for place in range(len(plain)):
        other = "0" if plain[place] != "0" else "1"
        assert not could_be_secret(plain[:place] + other + plain[place + 1 :])


def test_the_memo_is_bounded_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch):
    verification.memo.clear()
    monkeypatch.setattr(verification, "MEMO_MAX", 3)
    seen = []
    for _ in range(5):
        plain = new_secret()
        matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(plain)])
        seen.append(next(reversed(verification.memo)))

    assert list(verification.memo) == seen[-3:]


def test_the_memo_holds_no_text(plain: str):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert all(len(entry) == 32 for entry in verification.memo)
    assert plain.encode() not in b"".join(verification.memo)
