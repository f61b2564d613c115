"""Accessibility checks of a page: axe-core, narrow windows, large text, forced
colours. All run on one page load, which is resized and switched to another theme.

Whatever a phone shows, the narrowest window shows too, with less room: so axe-core checks that one.
A window, in turn, is as wide on a tablet as at a desk.
"""

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
OPTIONS: Final = {"resultTypes": ["violations"], "preload": False}
RUN: Final = """async ([context, options]) => (await axe.run(context, options)).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.html}`).join("; ")}`)"""

#: resolves when colour transitions have finished
STILL: Final = """() => new Promise(requestAnimationFrame)
  .then(() => new Promise(requestAnimationFrame))
  .then(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
#: texts that are cut off or overflow their box
CUT_OFF: Final = """() => [...document.querySelectorAll("body *")].filter((element) => {
  if (element.scrollWidth <= element.clientWidth + 1
    && element.scrollHeight <= element.clientHeight + 1) return false;
  const style = getComputedStyle(element);
  if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".sr-only, .skip"))
    return false;
  if (!element.textContent.trim() || style.display === "inline") return false;
  if (element.clientHeight < 2) return false;  // for screen readers alone
  const cuts = (axis) => ["hidden", "clip"].includes(style[`overflow${axis}`]);
  return (cuts("X") && element.scrollWidth > element.clientWidth + 1)
    || (cuts("Y") && element.scrollHeight > element.clientHeight + 1);
}).map((element) =>
  `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`)"""
#: controls and signs whose text has the colour of their background, which axe leaves to people
UNSEEN: Final = """() => [...document.querySelectorAll("a, button, .btn, .badge, summary, label")]
  .filter((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return color === backgroundColor && element.checkVisibility({ visibilityProperty: true });
  }).map((element) => `${element.className}: ${element.textContent.trim().slice(0, 60)}`)"""
#: how much wider the page is than its window
TOO_WIDE: Final = "() => document.documentElement.scrollWidth - innerWidth"
#: windows whose content is wider than they are, so that they scroll sideways
SIDEWAYS: Final = """() => [...document.querySelectorAll(".dialog-body")]
  .filter((body) => body.scrollWidth > body.clientWidth + 1)
  .map((body) => `the window is ${body.scrollWidth - body.clientWidth} pixels too narrow`)"""
LARGER: Final = "size => { document.documentElement.style.fontSize = size }"
#: controls without an edge in forced colours
EDGELESS: Final = """() => [
  ...document.querySelectorAll(".btn-primary, .btn-danger, .input, .select")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest(".sr-only, .roles, .palette")  // a box around them has the edge
    && getComputedStyle(element).borderTopWidth === "0px")
  .map((element) => `${element.tagName}.${element.className}`)"""
#: selected or current items that look like the rest in forced colours
SIGNLESS: Final = """() => [...document.querySelectorAll(
  `.chip[aria-pressed="true"], :is(.segmented, .snippet-bar) label:has(:checked),
  :is(.nav, .tabs, .attention, .weeks, .periods, .days) a[aria-current], tr[aria-current],
  input:checked`)]
  .filter((element) => element.checkVisibility({ opacityProperty: true })
    && getComputedStyle(element).outlineStyle === "none"
    && !(element.matches("input") && getComputedStyle(element).appearance === "auto"))
  .map((element) => `${element.tagName}.${element.className}`)"""


class AccessibilityChecks:
    """Checks one screen after the other and collects problems.

    All rules of axe-core run at a desk. In the narrowest window, those whose result depends on the
    width or the theme run; if they are ``whole``, all, and those of the width on a tablet.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self._is_whole = whole
        self._in_the_narrowest = EVERYTHING if whole else BY_WIDTH_AND_THEME
        self.script = Axe().axe_script
        self.problems: list[str] = []

    def check(self, page: Page, screen: str) -> None:
        """Check the open window, or the whole page without one; restore the page afterwards."""
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(self.script)
        context = "dialog[open]" if page.locator("dialog[open]").count() else "html"
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._check_layout(page, f"{screen}, light", context, EVERYTHING)
        self._check_forced_colours(page, screen)
        page.emulate_media(forced_colors="none")
        self._check_large_text(page, screen)
        if context == "html":
            page.set_viewport_size(TABLET)
            self._note(f"{screen}, tablet", self._cut_off(page))
            if self._is_whole:
                self._check_layout(page, f"{screen}, tablet", context, BY_WIDTH)
        page.set_viewport_size(PHONE)
        self._note(f"{screen}, phone", self._cut_off(page))
        self._check_large_text(page, f"{screen}, phone")
        page.set_viewport_size(NARROWEST)
        page.emulate_media(color_scheme="dark")
        self._check_layout(page, f"{screen}, narrowest, dark", context, self._in_the_narrowest)
        page.set_viewport_size(DESK)

    def _check_layout(self, page: Page, where: str, context: str, rules: dict[str, object]) -> None:
        page.evaluate(STILL)
        self._note(where, page.evaluate(RUN, [context, {**OPTIONS, "runOnly": rules}]))
        self._note(where, self._cut_off(page))
        self._note(f"{where}, unseen", page.evaluate(UNSEEN))

    def _check_forced_colours(self, page: Page, screen: str) -> None:
        page.emulate_media(forced_colors="active")
        self._note(f"{screen}, forced colours, no edge", page.evaluate(EDGELESS))
        self._note(f"{screen}, forced colours, no sign", page.evaluate(SIGNLESS))

    def _check_large_text(self, page: Page, screen: str) -> None:
        page.evaluate(LARGER, "200%")
        self._note(f"{screen}, text at 200 %", self._cut_off(page))
        page.evaluate(LARGER, "")

    def _cut_off(self, page: Page) -> list[str]:
        wide = page.evaluate(TOO_WIDE)
        found = [*page.evaluate(CUT_OFF), *page.evaluate(SIDEWAYS)]
        return [*found, *([f"{wide} pixels too wide"] if wide > 0 else [])]

    def _note(self, where: str, found: list[str]) -> None:
        self.problems += [f"{where}: {fault}" for fault in found]
