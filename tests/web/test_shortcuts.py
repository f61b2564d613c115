"""Shortcuts: the list of keys, and the switch in Account."""

from tests.responses import HTMX, is_page, text_of


def test_shortcuts_window_lists_the_keys(colleague_browser):
    text = text_of(colleague_browser.get("/help/shortcuts", headers=HTMX))

    assert "<kbd>Ctrl</kbd> <kbd>K</kbd>" in text
    assert not is_page(colleague_browser.get("/help/shortcuts", headers=HTMX))


def test_shortcuts_can_be_turned_off_and_on(colleague_browser):
    colleague_browser.post("/account/shortcuts", {})
    assert 'data-shortcuts="off"' in text_of(colleague_browser.get("/security/roles"))

    colleague_browser.post("/account/shortcuts", {"shortcuts": "on"})
    assert "data-shortcuts" not in text_of(colleague_browser.get("/security/roles"))
