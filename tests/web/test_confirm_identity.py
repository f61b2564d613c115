"""Confirm your identity: asked when a window opens and the last proof is too old."""

from datetime import timedelta

import pytest

from clients_app.models import Client
from tests.conftest import browser_of
from tests.portal_process import PASSWORD
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"
EXPIRED_PROOF = timedelta(minutes=10, seconds=5)
TOO_OLD_FOR_ADD = timedelta(minutes=20, seconds=5)


@pytest.fixture
def windows(machine, address, my_data_role):
    secret = f"/secrets/{machine.secret.pk}"
    return [
        ADD,
        *(f"/security/roles/{my_data_role.pk}/{operation}" for operation in ("edit", "remove")),
        *(address(rest) for rest in ("/secrets/add", f"{secret}/remove", f"{secret}/rotate")),
        *(address(rest) for rest in ("/duplicate", "/identities/add", "/identities/add/github")),
    ]


def test_window_with_an_old_proof_asks_to_confirm_identity(administrator, windows):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)

    for window in windows:
        for headers in ({}, HTMX):
            reply = browser.get(window, headers=headers)
            assert "Confirm your identity" in text_of(reply)
            assert "Your last confirmation was" in text_of(reply)
            assert value_of("proof_for", reply) == "GET"
            assert is_page(reply) is not bool(headers)


def test_window_opens_with_the_proof_that_it_asks_for(administrator, windows):
    for window in windows:
        browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
        opened = browser.post(window, {"proof_for": "GET", "proof": PASSWORD}, headers=HTMX)

        assert opened.status_code == 200, window
        assert "Confirm your identity" not in text_of(opened)


def test_window_with_a_proof_of_ten_minutes_opens(administrator, windows):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF - timedelta(seconds=15))

    for window in windows:
        assert "Confirm your identity" not in text_of(browser.get(window))


def test_window_without_any_proof_asks_to_confirm_identity(administrator):
    browser = browser_of(administrator)
    session = browser.session
    del session["account_authentication_methods"]
    session.save()

    assert "Enter your password again." in text_of(browser.get(ADD))


def test_page_to_read_never_asks_for_proof(administrator, address):
    browser = browser_of(administrator, proof_age=TOO_OLD_FOR_ADD)

    for page, heading in ((address("/secrets"), "Secrets"), ("/security/policies", "Policies")):
        shown = browser.get(page)
        assert shown.status_code == 200
        assert heading in text_of(shown)
        assert "Confirm your identity" not in text_of(shown)


def test_confirm_identity_right_password_opens_the_window(administrator):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
    key = browser.session.session_key
    reply = browser.post(ADD, {"proof_for": "GET", "proof": PASSWORD}, headers=HTMX)

    assert "Step 1 of 2" in text_of(reply)
    assert browser.session.session_key != key
    assert "Step 1 of 2" in text_of(browser.get(ADD))


def test_confirm_identity_without_javascript_redirects_to_the_window(administrator):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
    reply = browser.post(ADD, {"proof_for": "GET", "proof": PASSWORD})

    assert (reply.status_code, reply["Location"]) == (303, ADD)


def test_confirm_identity_wrong_password_asks_again(administrator):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
    reply = browser.post(ADD, {"proof_for": "GET", "proof": "wrong"}, headers=HTMX)

    assert reply.status_code == 422
    assert "Incorrect password. Try again." in text_of(reply)
    assert "Step 1 of 2" not in text_of(reply)
    assert "Confirm your identity" in text_of(browser.get(ADD))


def test_add_accepts_a_proof_for_ten_more_minutes(administrator, draft):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)

    assert plain_secret_in(browser.post(REGISTER, draft))


def test_add_with_an_expired_proof_asks_and_keeps_what_was_typed(administrator, draft):
    browser = browser_of(administrator, proof_age=TOO_OLD_FOR_ADD)
    asked = browser.post(REGISTER, draft, headers=HTMX)

    assert "Confirm your identity" in text_of(asked)
    assert value_of("proof_for", asked) == "POST"
    assert value_of("name", asked) == "Reservoir 3 gateway"
    assert not Client.objects.exists()

    wrong = browser.post(REGISTER, draft | {"proof_for": "POST", "proof": "x"}, headers=HTMX)
    assert value_of("secret_description", wrong) == "Firmware 4.2"
    assert not Client.objects.exists()

    form = draft | {"proof_for": "POST", "proof": PASSWORD}
    created = browser.post(REGISTER, form, headers=HTMX)
    assert plain_secret_in(created)
    assert PASSWORD not in text_of(created)
    assert Client.objects.get().name == "Reservoir 3 gateway"


def test_confirm_identity_repeated_guesses_are_rate_limited(administrator):
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)
    for _ in range(5):
        browser.post(ADD, {"proof_for": "GET", "proof": "wrong"})
    reply = browser.post(ADD, {"proof_for": "GET", "proof": PASSWORD})

    assert reply.status_code == 422
    assert "Too many wrong attempts. Wait a minute, then try again." in text_of(reply)


def test_window_without_permission_is_refused_before_asking_for_proof(colleague):
    browser = browser_of(colleague, proof_age=TOO_OLD_FOR_ADD)

    assert browser.get(ADD).status_code == 403


def test_proof_of_another_person_is_ignored(administrator, colleague):
    browser = browser_of(administrator)
    session = browser.session
    session["account_authentication_methods_user"] = str(colleague.pk)
    session.save()

    assert "Confirm your identity" in text_of(browser.get(ADD))


def test_confirm_identity_for_a_window_changes_nothing(administrator, machine, address):
    browser = browser_of(administrator, proof_age=TOO_OLD_FOR_ADD)
    window = address(f"/secrets/{machine.secret.pk}/remove")
    asked = browser.post(window, {"back": "1"})
    assert value_of("back", asked) == "1"

    shown = browser.post(window, {"back": "1", "proof_for": "POST", "proof": PASSWORD})

    assert "Remove Secret" in text_of(shown)
    machine.secret.refresh_from_db()
    assert machine.secret.removed_at is None


def test_sign_in_that_brings_a_form_and_a_proof_only_shows_the_form(client, administrator, draft):
    carried = {f"kept.{name}": value for name, value in draft.items()}
    carried |= {"kept.proof_for": "POST", "kept.proof": "typed-as-a-proof"}
    form = {"login": "mara", "password": PASSWORD, "next": REGISTER}
    shown = client.post("/sign-in", form | carried)

    assert value_of("secret_description", shown) == "Firmware 4.2"
    assert "typed-as-a-proof" not in text_of(shown)
    assert not Client.objects.exists()
    assert plain_secret_in(client.post(REGISTER, draft))  # the same form, sent from that page
