"""The checks of accessibility find what they are for: faults that are planted in a page."""

from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.visitor import DESK

PAGE: Final = """<!doctype html><html lang="en"><title>Planted</title>
<meta name="viewport" content="width=device-width">
<style>
  :root {{ color-scheme: light dark }}
  body {{ background: #fff; color: #000; transition: background-color 9s, color 9s }}
  @media (prefers-color-scheme: dark) {{ body {{ background: #000; color: #fff }} }}
</style>
<main><h1>Planted</h1>{planted}</main></html>"""
LOW: Final = "p { background: #fff; color: #ddd }"
SMALL: Final = "a { float: left; width: 8px; height: 8px }"
SMALL_LINKS: Final = '<a href="/1" aria-label="1">1</a><a href="/2" aria-label="2">2</a>'


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        pytest.param(
            f"<style>@media (prefers-color-scheme: light) {{ {LOW} }}</style><p>Text</p>",
            "desk, light, axeCore: color-contrast",
            id="contrast in light",
        ),
        pytest.param(
            f"<style>@media (prefers-color-scheme: dark) {{ {LOW} }}</style><p>Text</p>",
            "narrowest, dark, axeCore: color-contrast",
            id="contrast in dark",
        ),
        pytest.param("<input>", "desk, light, axeCore: label", id="no label"),
        pytest.param(
            f"<style>@media (width < 400px) {{ {SMALL} }}</style>{SMALL_LINKS}",
            "narrowest, dark, axeCore: target-size",
            id="small targets on a phone",
        ),
        pytest.param(
            '<div style="width: 600px">Text</div>', "phone, cutOff: 218 pixels", id="too wide"
        ),
        pytest.param(
            '<div style="width: 100px; height: 30px; overflow: hidden">Text and text</div>',
            "desk, light, cutOffAt200Percent: DIV",
            id="no room for large text",
        ),
        pytest.param(
            '<button style="background: black; color: black">Save</button>',
            "desk, light, unseen: : Save",
            id="text of the colour behind it",
        ),
        pytest.param(
            '<button class="btn-primary" style="border: 0">Save</button>',
            "forced colours, edgeless: BUTTON.btn-primary",
            id="no edge in forced colours",
        ),
        pytest.param(
            '<nav class="tabs"><a href="/" aria-current="page" style="outline: 0">Tab</a></nav>',
            "forced colours, signless: A.",
            id="no sign in forced colours",
        ),
    ],
)
def test_accessibility_checks_find_a_planted_fault(
    chromium: Browser, planted: str, fault: str
) -> None:
    problems = problems_with(chromium, planted)
    assert any(problem.startswith(f"Planted, {fault}") for problem in problems), problems


def test_accessibility_checks_of_a_page_without_faults_find_nothing(chromium: Browser) -> None:
    assert problems_with(chromium, "<p>Text</p>") == []


def problems_with(chromium: Browser, planted: str) -> list[str]:
    page = chromium.new_page(viewport=DESK)
    page.set_content(PAGE.format(planted=planted))
    accessibility = AccessibilityChecks(whole=True)
    accessibility.check(page, "Planted")
    page.context.close()
    return accessibility.problems
