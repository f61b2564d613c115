"""Accessibility checks of a page: axe-core, narrow windows, large text, forced
colours. All run on one page load, which is resized and switched to another theme.

Whatever a phone shows, the narrowest window shows too, with less room: so axe-core checks that one.
A window, in turn, is as wide on a tablet as at a desk. What is a fault: `accessibility_checks.js`.
"""

from pathlib import Path
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.journeys.visitor import DESK, PHONE

TABLET: Final = ViewportSize(width=1024, height=1366)
NARROWEST: Final = ViewportSize(width=320, height=640)  # WCAG 1.4.10

TAGS: Final = [f"wcag2{level}" for level in ("a", "aa", "1a", "1aa", "2aa")]
EVERYTHING: Final = {"type": "tag", "values": [*TAGS, "best-practice"]}
#: rules whose result depends on the width
BY_WIDTH: Final = {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}
BY_WIDTH_AND_THEME: Final = {"type": "rule", "values": [*BY_WIDTH["values"], "color-contrast"]}


class AccessibilityChecks:
    """Checks one screen after the other and collects problems.

    All rules of axe-core run at a desk. In the narrowest window, those whose result depends on the
    width or the theme run. If the checks are ``whole``, all run there, and a tablet and a phone
    are checked, too.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self.is_whole = whole
        self._in_the_narrowest = EVERYTHING if whole else BY_WIDTH_AND_THEME
        faults = Path(__file__).with_suffix(".js").read_text()
        self.script = f"{Axe().axe_script}; {{{faults}}}; null"  # a function would be called
        self.problems: list[str] = []

    def check(self, page: Page, screen: str) -> None:
        """Check the open window, or the whole page without one; restore the page afterwards."""
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(self.script)
        page.emulate_media(color_scheme="light", forced_colors="active", reduced_motion="reduce")
        self._find(page, f"{screen}, forced colours", "edgeless", "signless")
        page.emulate_media(forced_colors="none")
        kinds = ("axeCore", "cutOff", "unseen")
        where = f"{screen}, desk, light"
        self._find(page, where, *kinds, "cutOffAt200Percent", rules=EVERYTHING)
        if self.is_whole:
            self._check_between(page, screen)
        page.set_viewport_size(NARROWEST)
        page.emulate_media(color_scheme="dark")
        where = f"{screen}, narrowest, dark"
        self._find(page, where, *kinds, rules=self._in_the_narrowest)
        page.set_viewport_size(DESK)

    def _check_between(self, page: Page, screen: str) -> None:
        if page.locator("dialog[open]").count() == 0:
            page.set_viewport_size(TABLET)
            kinds = ("axeCore", "cutOff", "unseen")
            self._find(page, f"{screen}, tablet", *kinds, rules=BY_WIDTH)
        page.set_viewport_size(PHONE)
        self._find(page, f"{screen}, phone", "cutOff", "cutOffAt200Percent")

    def _find(
        self, page: Page, where: str, *kinds: str, rules: dict[str, object] | None = None
    ) -> None:
        found = page.evaluate("([kinds, rules]) => faultsOf(kinds, rules)", [kinds, rules])
        self.problems += [f"{where}, {fault}" for fault in found]
