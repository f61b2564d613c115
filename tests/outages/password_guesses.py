"""A thousand guesses at one account from 200 addresses; its owner signs in meanwhile."""

import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.outages.table import Row
from tests.portal_process import PASSWORD, USERNAME, PortalProcess

GUESSES = 1_000
ADDRESSES = 200
AT_ONCE = 8
WEIGHED_MAX = 60
OWNER_WAITS_S = 1.0
WRONG, MUST_WAIT = 422, 429


class Visitor(requests.Session):
    """A browser at the sign-in page, seen from ``address``."""

    def __init__(self, portal: PortalProcess, address: str) -> None:
        super().__init__()
        self.url = f"{portal.url}/sign-in"
        self.headers["X-Forwarded-For"] = address
        self.get(self.url, timeout=30)

    def sign_in(self, username: str, password: str) -> tuple[int, float]:
        """Return the status and the seconds that it took."""
        form = {
            "login": username,
            "password": password,
            "csrfmiddlewaretoken": self.cookies["csrftoken"],
        }
        began = time.monotonic()
        reply = self.post(self.url, data=form, timeout=30, allow_redirects=False)
        return reply.status_code, time.monotonic() - began


class Owner(threading.Thread):
    """Signs in once a second, always as somebody who is signed out, on a known device."""

    def __init__(self, portal: PortalProcess) -> None:
        super().__init__()
        self.browser = Visitor(portal, "192.0.2.7")
        self.browser.sign_in(USERNAME, PASSWORD)
        self.done = threading.Event()
        self.answers: Counter[int] = Counter()
        self.waits_s: list[float] = []

    def run(self) -> None:
        while not self.done.wait(1):
            self.browser.cookies.pop("sessionid", None)
            status, wait_s = self.browser.sign_in(USERNAME, PASSWORD)
            self.answers[status] += 1
            self.waits_s.append(wait_s)


def rows() -> Iterator[Row]:
    """Guess at the administrator's account, and in turn at one that does not exist."""
    with tempfile.TemporaryDirectory() as folder:
        portal = PortalProcess(Path(folder) / "var", TRUSTED_PROXIES="127.0.0.0/8 ::1")
        with portal:
            owner = Owner(portal)
            owner.start()
            try:
                known, unknown = _guess_at(portal, USERNAME, "nobody")
            finally:
                owner.done.set()
                owner.join()
    weighed, told = known.answers[WRONG], known.answers[MUST_WAIT]
    yield Row(
        f"{GUESSES} guesses at one account from {ADDRESSES} addresses",
        f"{weighed} weighed, {told} told to wait",
        f"at most {WEIGHED_MAX} weighed, all others told to wait",
        weighed <= WEIGHED_MAX and weighed + told == GUESSES,
    )
    longest_s = max(owner.waits_s, default=99.0)
    yield Row(
        "its owner signs in meanwhile, on a device that signed in before",
        f"{owner.answers[303]} of {owner.answers.total()} times, at most {longest_s * 1000:.0f} ms",
        f"every time, within {OWNER_WAITS_S:.0f} s",
        set(owner.answers) == {303} and longest_s <= OWNER_WAITS_S,
    )
    yield Row(
        "the same guesses at a name that does not exist",
        f"{unknown.answers[WRONG]} weighed; median {unknown.median_ms:.1f} ms, "
        f"for the name that exists {known.median_ms:.1f} ms",
        "as many, in the same time (within a third)",
        unknown.answers == known.answers
        and abs(unknown.median_ms - known.median_ms) <= known.median_ms / 3,
    )


class Tried:
    """The answers to guesses, and their times."""

    def __init__(self, found: list[tuple[int, float]]) -> None:
        self.answers = Counter(status for status, _ in found)
        self.median_ms = statistics.median(wait_s for _, wait_s in found) * 1000


def _guess_at(portal: PortalProcess, *usernames: str) -> list[Tried]:
    def guess(pair: tuple[Visitor, str]) -> list[tuple[int, float]]:
        return [pair[0].sign_in(username, pair[1]) for username in usernames]

    with ThreadPoolExecutor(AT_ONCE) as at_once:
        crowd = list(at_once.map(lambda n: Visitor(portal, f"198.51.100.{n}"), range(ADDRESSES)))
        guesses = [(one, f"guess {n}") for n in range(GUESSES // ADDRESSES) for one in crowd]
        return [Tried(list(found)) for found in zip(*at_once.map(guess, guesses), strict=True)]
