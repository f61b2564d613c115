"""A person's browser: a fresh Chromium context whose pages are all monitored."""

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
    *("--disable-gpu-compositing", "--in-process-gpu"),  # a tenth of the CPU time less
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: a tenth of the CPU time less: a test leaves its page before optimized code pays
NO_OPTIMIZER: Final = "--js-flags=--no-opt --no-maglev"
PATIENCE_MS: Final = 60_000  # long enough even on a busy machine
expect.set_options(timeout=PATIENCE_MS)
WINDOW: Final = "dialog[open], .window-page"  # a window is a dialog, or a page without JavaScript
#: htmx's message for a request aborted by leaving the page; Chromium reports other failures itself
BROKEN_OFF: Final = ("htmx:afterRequest", "htmx:sendError")
REFUSED: Final = re.compile(r"the server responded with a status of (4\d\d)")


def chromium_path(*, with_windows: bool = False) -> str:
    """Return the path of the system's Chromium; the headless shell takes a third less time."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for name in names if with_windows else ("chromium-headless-shell", *names):
        if path := shutil.which(name):
            return path
    raise RuntimeError("The journeys need Chromium; install it: `apt-get install chromium`.")


class Visitor:
    """One browser context for one portal.

    ``complaints`` lists the errors of its pages: of scripts, of the console and
    of the content security policy. An error status such as 422 is a complaint unless it is in
    ``expected``, and so is a message whose text is not.
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
                "timezone_id": "Asia/Tokyo",  # not the portal's zone: the person's must win
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
        """Do not report these statuses, or console messages with these texts."""
        self.expected |= {str(text) for text in texts}

    def close(self) -> list[str]:
        """Close all pages; return their complaints.

        Requests aborted by closing the browser do not count.
        """
        self.context.cookies()  # a round trip: all messages have arrived
        complaints = self.complaints.copy()
        self.context.close()
        return complaints

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or REFUSED.search(message.text):
            return  # an error status is reported separately
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
    """Fill in and send the sign-in form of the page."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def window_of(page: Page) -> Locator:
    """Return the open window."""
    return page.locator(WINDOW)


def press(page: Page, name: str) -> None:
    """Press a button of the open window."""
    window_of(page).get_by_role("button", name=name, exact=True).click()


def focused(page: Page) -> str:
    """Return the id, or else the text, of the focused element."""
    try:
        return page.evaluate(
            "() => document.activeElement.id || document.activeElement.textContent.trim()"
        )
    except Error:  # the page is on its way to another
        return ""


def expect_focus(page: Page, name: str) -> None:
    """Wait until the element with this id, or this text if it has no id, has the focus.

    Closing a window restores the focus in the browser's next task.
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
    """Return the document once the browser has finished navigating."""
    for _ in range(50):
        try:
            return page.content()
        except Error:
            page.wait_for_timeout(100)
    return page.content()
