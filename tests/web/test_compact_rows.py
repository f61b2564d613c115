"""Compact rows of the list: a person's own choice, kept in their account."""

from clients_app.models import Person
from tests.responses import text_of

LIST = "/security/clients"
ROWS = "/account/rows"


def test_compact_rows_are_kept_for_the_person_who_chose_them(
    colleague_browser, administrator_browser, machine
):
    assert '<table class="table">' in text_of(colleague_browser.get(LIST))

    reply = colleague_browser.post(ROWS, {"dense": "1", "next": f"{LIST}?q=wind"})

    assert (reply.status_code, reply["Location"]) == (303, f"{LIST}?q=wind")
    text = text_of(colleague_browser.get(LIST))
    assert '<table class="table dense">' in text
    assert 'name="dense" value="0" aria-label="Compact rows" aria-pressed="true"' in text
    assert '<table class="table">' in text_of(administrator_browser.get(LIST))

    colleague_browser.post(ROWS, {"dense": "0", "next": LIST})
    assert '<table class="table">' in text_of(colleague_browser.get(LIST))


def test_compact_rows_never_lead_to_another_site(colleague_browser, colleague):
    reply = colleague_browser.post(ROWS, {"dense": "1", "next": "https://evil.example/"})

    assert reply["Location"] == "/"
    assert Person.objects.get(pk=colleague.pk).has_dense_rows
