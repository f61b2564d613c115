"""Sends Add Client without a browser, for load tests and servers that get killed."""

import re
import secrets
from typing import NamedTuple

import requests

from tests.journeys.page_actions import CLIENT_ID, SECRET, Credentials
from tests.portal_process import PASSWORD, USERNAME, PortalProcess


class Form(NamedTuple):
    """One filled-in form of the second window; sending it again repeats the form key."""

    name: str
    key: str


class Answer(NamedTuple):
    """The response; it has a secret only with status 200."""

    status: int
    client_id: str
    plain: str

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.client_id, self.plain)


def new_form(name: str) -> Form:
    """Return a form with its own one-time form key."""
    return Form(name, secrets.token_urlsafe(18))


def signed_in(portal: PortalProcess) -> requests.Session:
    """Return a signed-in session of Mara that survives a restart of the server."""
    session = requests.Session()
    session.get(f"{portal.url}/sign-in", timeout=60)
    answer = session.post(
        f"{portal.url}/sign-in",
        data={
            "login": USERNAME,
            "password": PASSWORD,
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        },
        timeout=60,
    )
    assert answer.url.startswith(f"{portal.url}/security/clients")
    return session


def send(session: requests.Session, portal: PortalProcess, form: Form) -> Answer | None:
    """Send the form; return the response.

    None if the connection broke, or the server was too busy: then
    it is unknown whether the client was saved.
    """
    try:
        answer = session.post(
            f"{portal.url}/security/clients/register",
            data={
                "name": form.name,
                "form_key": form.key,
                "token_lifetime": "900",
                "never_expires": "on",
                "csrfmiddlewaretoken": session.cookies["csrftoken"],
            },
            timeout=20,
        )
    except requests.RequestException:
        return None
    if answer.status_code == 503:
        return None
    assert answer.status_code in {200, 409}, portal.log()[-6000:]
    client_id, plain = CLIENT_ID.search(answer.text), SECRET.search(answer.text)
    assert client_id
    assert (plain is None) == (answer.status_code == 409)
    return Answer(answer.status_code, client_id[0], plain[0] if plain else "")


def names_in_list(session: requests.Session, portal: PortalProcess) -> list[str]:
    """Return the names of the clients that the first page of the list shows."""
    page = session.get(f"{portal.url}/security/clients", timeout=60).text
    return re.findall(r'class="row-link"[^>]*>([^<]*)<', page)
