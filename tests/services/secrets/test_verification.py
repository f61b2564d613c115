"""Checking a secret: SEC-4 to SEC-8. Argon2id runs for real and is counted."""

import uuid
from typing import Any

import pytest

from clients_app import derived_keys
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import verification
from clients_app.services.secrets.verification import could_be_secret, matching_secret
from tests.services.secrets.secret_rows import CLIENT_ID, row_of


def test_right_secret_checked_a_hundred_times_runs_argon2_once(plain: str, argon2_runs: list[str]):
    """SEC-4."""
    row = row_of(plain)

    found = {matching_secret(plain, client_id=CLIENT_ID, rows=[row]) for _ in range(100)}

    assert found == {row.id}
    assert len(argon2_runs) == 1


@pytest.mark.parametrize("count", [1, 10])
def test_wrong_secret_never_runs_argon2(plain: str, argon2_runs: list[str], count: int):
    """SEC-5."""
    rows = [row_of(plain, number) for number in range(count)]

    for _ in range(50):
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=rows) is None
    assert argon2_runs == []


def test_without_rows_nothing_matches(plain: str, argon2_runs: list[str]):
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert argon2_runs == []


@pytest.mark.parametrize("place", [0, 4, 9])
def test_right_secret_costs_one_argon2_run_at_any_position(argon2_runs: list[str], place: int):
    """SEC-6."""
    plains = [new_secret() for _ in range(10)]
    rows = [row_of(plain, 100 + number) for number, plain in enumerate(plains)]

    assert matching_secret(plains[place], client_id=CLIENT_ID, rows=rows) == 100 + place
    assert len(argon2_runs) == 1


def test_cached_match_does_not_outlive_the_row(plain: str, argon2_runs: list[str]):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(new_secret())]) is None
    assert len(argon2_runs) == 1


@pytest.mark.parametrize("changed", ["id", "digest", "client"])
def test_cached_match_is_bound_to_client_row_and_digest(
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


def test_right_tag_with_a_wrong_digest_is_refused(plain: str):
    """The digest decides, even where the tag matches."""
    row = row_of(plain)._replace(digest=row_of(new_secret()).digest)

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) is None


def test_secret_of_another_client_does_not_match(plain: str, argon2_runs: list[str]):
    assert matching_secret(plain, client_id=uuid.uuid4(), rows=[row_of(plain)]) is None
    assert argon2_runs == []


def test_secret_that_differs_in_one_byte_does_not_match(plain: str):
    """SEC-8."""
    row = row_of(plain)

    for other in (" " + plain, plain + " ", plain.swapcase(), plain[:-1], plain + "0"):
        assert matching_secret(other, client_id=CLIENT_ID, rows=[row]) is None


def test_tag_of_a_former_secret_key_is_checked_by_the_fallback(
    plain: str, argon2_runs: list[str], settings: Any
):
    row = row_of(plain)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60

    assert derived_keys.current_key(derived_keys.SECRET_TAGS).id != row.tag_key_id
    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert argon2_runs == []
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id


def test_tag_of_a_lost_key_is_decided_by_argon2(plain: str, argon2_runs: list[str], settings: Any):
    row = row_of(plain)
    settings.SECRET_KEY = "n" * 60

    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert len(argon2_runs) == 2


@pytest.mark.parametrize("text", ["", "pcs_", "a" * 256, "a" * 257, "a" * 10**6, "pcs_" + "0" * 49])
def test_malformed_secret_is_refused_without_a_check(plain: str, text: str):
    """SEC-2: length and checksum before anything else."""
    assert not could_be_secret(text)
    assert could_be_secret(plain)


def test_flipped_character_is_refused_by_the_checksum(plain: str):
    for place in range(len(plain)):
        other = "0" if plain[place] != "0" else "1"
        assert not could_be_secret(plain[:place] + other + plain[place + 1 :])


def test_cache_is_bounded_and_evicts_the_oldest(monkeypatch: pytest.MonkeyPatch):
    verification.memo.clear()
    monkeypatch.setattr(verification, "MEMO_MAX", 3)
    seen = []
    for _ in range(5):
        plain = new_secret()
        matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(plain)])
        seen.append(next(reversed(verification.memo)))

    assert list(verification.memo) == seen[-3:]


def test_cache_holds_no_plain_text(plain: str):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert all(len(entry) == 32 for entry in verification.memo)
    assert plain.encode() not in b"".join(verification.memo)
