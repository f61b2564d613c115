"""Checking a secret: bars 13 to 17. Argon2id itself is never replaced, only counted."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clients_app import keyring
from clients_app.rules.secret_format import new_secret
from clients_app.services import secret_check, secret_digests
from clients_app.services.secret_check import (
    GATE_PLACES,
    MEMO_MAX,
    Busy,
    SecretRow,
    could_be_secret,
    matching_secret,
)
from clients_app.services.secret_digests import stored_form

CLIENT_ID = uuid.uuid4()


def row_of(plain: str, row_id: int = 1, client_id: uuid.UUID = CLIENT_ID) -> SecretRow:
    stored = stored_form(plain, client_id=client_id)
    return SecretRow(row_id, stored.tag, stored.tag_key_id, stored.digest)


@pytest.fixture
def plain() -> str:
    return new_secret()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that Argon2id was run for."""
    run: list[str] = []
    real = secret_digests.digest_fits

    def counted(plain: str, digest: str) -> bool:
        run.append(digest)
        return real(plain, digest)

    monkeypatch.setattr(secret_digests, "digest_fits", counted)
    return run


@pytest.fixture
def closed_gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every run of Argon2id waits until the event is set."""
    opened = threading.Event()
    real = secret_digests.digest_fits

    def waiting(plain: str, digest: str) -> bool:
        opened.wait(10)
        return real(plain, digest)

    monkeypatch.setattr(secret_digests, "digest_fits", waiting)
    yield opened
    opened.set()


def test_a_right_secret_runs_argon2_once_in_a_hundred_times(plain: str, runs: list[str]):
    """Bar 13."""
    row = row_of(plain)

    found = {matching_secret(plain, client_id=CLIENT_ID, rows=[row]) for _ in range(100)}

    assert found == {row.id}
    assert len(runs) == 1


@pytest.mark.parametrize("count", [1, 10])
def test_a_wrong_secret_never_reaches_argon2(plain: str, runs: list[str], count: int):
    """Bar 14."""
    rows = [row_of(plain, number) for number in range(count)]

    for _ in range(50):
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=rows) is None
    assert runs == []


def test_without_rows_nothing_fits(plain: str, runs: list[str]):
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert runs == []


@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_right_secret_costs_one_run_whatever_its_place(runs: list[str], place: int):
    """Bar 15."""
    plains = [new_secret() for _ in range(10)]
    rows = [row_of(plain, 100 + number) for number, plain in enumerate(plains)]

    assert matching_secret(plains[place], client_id=CLIENT_ID, rows=rows) == 100 + place
    assert len(runs) == 1


def test_the_memo_does_not_outlive_the_row(plain: str, runs: list[str]):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row_of(new_secret())]) is None
    assert len(runs) == 1


@pytest.mark.parametrize("changed", ["id", "digest", "client"])
def test_the_memo_is_bound_to_client_row_and_digest(plain: str, runs: list[str], changed: str):
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
    assert len(runs) == 2


def test_a_right_tag_alone_is_not_enough(plain: str):
    """The digest decides: a row whose tag fits but whose digest is of another text is refused."""
    row = row_of(plain)._replace(digest=row_of(new_secret()).digest)

    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) is None


def test_another_clients_secret_does_not_fit(plain: str, runs: list[str]):
    assert matching_secret(plain, client_id=uuid.uuid4(), rows=[row_of(plain)]) is None
    assert runs == []


def test_the_exact_bytes_count(plain: str):
    """Bar 17."""
    row = row_of(plain)

    for other in (" " + plain, plain + " ", plain.swapcase(), plain[:-1], plain + "0"):
        assert matching_secret(other, client_id=CLIENT_ID, rows=[row]) is None


def test_after_a_change_of_the_root_secret_the_fallback_checks_the_tag(
    plain: str, runs: list[str], settings: Any
):
    row = row_of(plain)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60

    assert keyring.current_key(keyring.SECRET_TAGS).id != row.tag_key_id
    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert runs == []
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id


def test_a_tag_of_a_lost_key_leaves_it_to_argon2(plain: str, runs: list[str], settings: Any):
    row = row_of(plain)
    settings.SECRET_KEY = "n" * 60

    assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row]) is None
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == row.id
    assert len(runs) == 2


@pytest.mark.parametrize("text", ["", "pcs_", "a" * 256, "a" * 257, "a" * 10**6, "pcs_" + "0" * 49])
def test_what_is_not_worth_a_look(plain: str, text: str):
    """Bar 10: length and checksum before anything else."""
    assert not could_be_secret(text)
    assert could_be_secret(plain)


def test_one_flipped_character_is_refused_before_any_look(plain: str):
    for place in range(len(plain)):
        other = "0" if plain[place] != "0" else "1"
        assert not could_be_secret(plain[:place] + other + plain[place + 1 :])


def started(deeds: list[Callable[[], Any]]) -> tuple[list[threading.Thread], list[Any]]:
    """Run each deed in a thread of its own; the outcomes come into the list as they end."""
    outcomes: list[Any] = []

    def run(deed: Callable[[], Any]) -> None:
        try:
            outcomes.append(deed())
        except Busy as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    return threads, outcomes


def test_a_full_gate_says_busy_and_lets_known_secrets_pass(
    plain: str, monkeypatch: pytest.MonkeyPatch
):
    """Bar 14: one runs, a few wait, the rest are told to come back; the known never wait."""
    monkeypatch.setattr(secret_check, "GATE_WAIT_S", 0.2)
    known = new_secret()
    known_row = row_of(known, 99)
    secret_check._remember(secret_check._fingerprint(known, CLIENT_ID, known_row))
    row = row_of(plain)
    taken = [secret_check._places.acquire(timeout=1) for _ in range(GATE_PLACES)]
    try:
        with pytest.raises(Busy):
            matching_secret(plain, client_id=CLIENT_ID, rows=[row])
        assert matching_secret(known, client_id=CLIENT_ID, rows=[known_row]) == 99
        assert matching_secret(new_secret(), client_id=CLIENT_ID, rows=[known_row]) is None
    finally:
        secret_check._places.release(len(taken))
    assert matching_secret(plain, client_id=CLIENT_ID, rows=[row]) == 1


def test_whoever_knows_the_secret_gets_his_turn(runs: list[str]):
    """After a restart many come at once with secrets that are right but not in the memo yet."""
    plains = [new_secret() for _ in range(4 * GATE_PLACES)]
    rows = [row_of(text, number) for number, text in enumerate(plains)]

    threads, outcomes = started(
        [
            lambda text=text, row=row: matching_secret(text, client_id=CLIENT_ID, rows=[row])
            for text, row in zip(plains, rows, strict=True)
        ]
    )
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == list(range(4 * GATE_PLACES))
    assert len(runs) == 4 * GATE_PLACES


def test_where_tags_say_nothing_nobody_waits_at_a_full_gate(
    plain: str, closed_gate: threading.Event, settings: Any
):
    """A flood of wrong secrets for a row of a lost key holds no more threads than places."""
    row = row_of(plain)
    settings.SECRET_KEY = "n" * 60
    threads, outcomes = started(
        [lambda: matching_secret(new_secret(), client_id=CLIENT_ID, rows=[row])] * 20
    )
    while len(outcomes) < 20 - GATE_PLACES:
        threading.Event().wait(0.01)

    assert {type(outcome) for outcome in outcomes} == {Busy}
    closed_gate.set()
    for thread in threads:
        thread.join()
    assert outcomes[20 - GATE_PLACES :] == [None] * GATE_PLACES


def test_several_that_bring_the_same_secret_share_one_run(plain: str, runs: list[str]):
    row = row_of(plain)

    threads, outcomes = started(
        [lambda: matching_secret(plain, client_id=CLIENT_ID, rows=[row])] * 4 * GATE_PLACES
    )
    for thread in threads:
        thread.join()

    assert outcomes == [row.id] * 4 * GATE_PLACES
    assert len(runs) == 1


def test_the_memo_is_bounded_and_forgets_the_oldest():
    secret_check._memo.clear()
    for number in range(MEMO_MAX + 5):
        secret_check._remember(number.to_bytes(32, "big"))

    assert len(secret_check._memo) == MEMO_MAX
    assert (4).to_bytes(32, "big") not in secret_check._memo
    assert (5).to_bytes(32, "big") in secret_check._memo
    secret_check._memo.clear()


def test_the_memo_holds_no_text(plain: str):
    row = row_of(plain)
    matching_secret(plain, client_id=CLIENT_ID, rows=[row])

    assert all(len(entry) == 32 for entry in secret_check._memo)
    assert plain.encode() not in b"".join(secret_check._memo)
