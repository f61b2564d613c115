"""Sessions that the journeys share, while their proof of identity is new.

It lasts 10 minutes, which the journeys take on a busy machine. Then windows would ask for it.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Final

from playwright.sync_api import Browser, StorageState

from tests.journeys.visitor import Visitor, sign_in
from tests.portal_process import PortalProcess

NEW_FOR_S: Final = 240.0  # the longest journey goes on with what is left


class SignedIn(Mapping[str, StorageState]):
    """The cookies of people by username; each signs in again when their proof is not new."""

    def __init__(self, chromium: Browser, portal: PortalProcess, *usernames: str) -> None:
        self._chromium = chromium
        self._portal = portal
        never: tuple[float, StorageState | None] = (0.0, None)
        self._kept = dict.fromkeys(usernames, never)

    def __getitem__(self, username: str) -> StorageState:
        signed_in_at, cookies = self._kept[username]
        if cookies is None or time.monotonic() - signed_in_at > NEW_FOR_S:
            signed_in_at, cookies = time.monotonic(), self._sign_in(username)
            self._kept[username] = signed_in_at, cookies
        return cookies

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def _sign_in(self, username: str) -> StorageState:
        return cookies_of(self._chromium, self._portal, username)


def cookies_of(chromium: Browser, portal: PortalProcess, username: str) -> StorageState:
    """Sign in; return the cookies, which sign in other browser contexts too."""
    visitor = Visitor(chromium, portal)
    page = visitor.page("/sign-in")
    sign_in(page, username)
    page.wait_for_url("**/security/clients*")
    cookies = visitor.context.storage_state()
    assert visitor.close() == []
    return cookies
