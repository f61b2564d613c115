"""A person's browser: Chromium without a past, all of whose pages are listened to."""

import re
import shutil
from typing import Any, Final

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    TimeoutError,
    WebError,
    expect,
)

from tests.portal_process import PASSWORD, USERNAME, PortalProcess

DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS: Final = 60_000  # what appears at all appears sooner, also on a busy machine
expect.set_options(timeout=PATIENCE_MS)
WINDOW: Final = "dialog[open], .window-page"  # a window is a dialog, without JavaScript a page
#: what htmx says of a request that ends with its page; of others Chromium itself complains
BROKEN_OFF: Final = ("htmx:afterRequest", "htmx:sendError")
REFUSED: Final = re.compile(r"the server responded with a status of (4\d\d)")


def chromium_path(*, with_windows: bool = False) -> str:
    """Return where the system's Chromium is; without its windows it takes a third less time."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for name in names if with_windows else ("chromium-headless-shell", *names):
        if path := shutil.which(name):
            return path
    raise RuntimeError("The journeys need Chromium; install it: `apt-get install chromium`.")


class Visitor:
    """One context of the browser, in front of one portal.

    ``complaints`` are what its pages had to complain about: errors of scripts, of the console and
    of the content security policy. A status such as 422 is a complaint unless it is in
    ``expected``, and so is everything else whose text is not.
    """

    def __init__(
        self, browser: Browser, portal: PortalProcess, *, javascript: bool = True, **options: Any
    ) -> None:
        self.portal = portal
        self.javascript = javascript
        self.complaints: list[str] = []
        self.expected: set[str] = set()
        self.context = browser.new_context(
            **{
                "base_url": portal.url,
                "viewport": DESK,
                "locale": "en-GB",
                "timezone_id": "Asia/Tokyo",  # not the portal's: its own zone must win
                "java_script_enabled": javascript,
                **options,
            }
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.set_default_navigation_timeout(PATIENCE_MS)
        self.context.on("console", self._hear_console)
        self.context.on("weberror", self._hear_error)
        self.context.on("response", self._hear_response)

    def page(self, path: str | None = None) -> Page:
        """Return a new page, opened at ``path``."""
        page = self.context.new_page()
        if path is not None:
            page.goto(path)
        return page

    def expect(self, *texts: str | int) -> None:
        """Take these statuses, or console messages with these texts, for what should happen."""
        self.expected |= {str(text) for text in texts}

    def close(self) -> list[str]:
        """Close all pages; return their complaints until then.

        What is broken off because the browser closes is nobody's fault.
        """
        self.context.cookies()  # a round trip: all that was said has arrived
        complaints = self.complaints.copy()
        self.context.close()
        return complaints

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or REFUSED.search(message.text):
            return  # a status is heard by itself
        if message.text.startswith(BROKEN_OFF):
            return
        self._complain(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _hear_error(self, error: WebError) -> None:
        self._complain(f"script: {error.error}")

    def _hear_response(self, response: Response) -> None:
        if response.status >= 400:
            self._complain(f"{response.status} {response.request.method} {response.url}")

    def _complain(self, text: str) -> None:
        if not any(expected in text for expected in self.expected):
            self.complaints.append(text)


def sign_in(page: Page, username: str = USERNAME, password: str = PASSWORD) -> None:
    """Fill in and send the form that is on the page."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def window_of(page: Page) -> Locator:
    """Return the window that is open."""
    return page.locator(WINDOW)


def press(page: Page, name: str) -> None:
    """Press the button of the window that is open."""
    window_of(page).get_by_role("button", name=name, exact=True).click()


def focused(page: Page) -> str:
    """Return the id, else the text, of what has the focus."""
    try:
        return page.evaluate(
            "() => document.activeElement.id || document.activeElement.textContent.trim()"
        )
    except Error:  # the page is on its way to another
        return ""


def expect_focus(page: Page, name: str) -> None:
    """Wait until what has this id, or this text if it has no id, has the focus.

    What closes a window gives the focus back in the browser's next task.
    """
    try:
        page.wait_for_function(
            "name => (document.activeElement.id || document.activeElement.textContent.trim())"
            " === name",
            arg=name,
            timeout=PATIENCE_MS,
        )
    except TimeoutError:
        assert focused(page) == name
        raise


def content_of(page: Page) -> str:
    """Return the document, as soon as the browser has done with going from one to another."""
    for _ in range(50):
        try:
            return page.content()
        except Error:
            page.wait_for_timeout(100)
    return page.content()
