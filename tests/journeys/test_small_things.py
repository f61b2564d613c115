"""Small things that only a browser shows: keys, printing, phones, what is left unsaved."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.page_actions import add_client, expect_window, open_add_client, to_second_step
from tests.journeys.test_screen_details import CLIENTS
from tests.journeys.visitor import PHONE, Visitor, press, window_of


def test_shortcut_c_adds_a_client_from_any_page(visitor: Visitor) -> None:
    page = visitor.page("/security/activity")
    page.keyboard.press("c")
    expect_window(page, "Add Client")


def test_keycap_of_the_filter_leaves_room_for_its_clear_button(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    keycap = page.locator(".filter kbd")
    expect(keycap).to_be_visible()
    page.locator("#id_q").fill("a")
    expect(keycap).to_be_hidden()


def test_staff_find_the_admin_site_in_the_menu(visitor: Visitor) -> None:
    page = visitor.page("/account/authenticator")
    crumbs = page.get_by_role("navigation", name="Breadcrumb")
    expect(crumbs.get_by_role("link", name="Account")).to_have_attribute("href", "/account")
    page.locator("[popovertarget=account-menu]").click()
    page.get_by_role("link", name="Admin site").click()
    expect(page).to_have_url(re.compile("/admin/"))


def test_activity_on_a_phone_says_who_did_it(visitor: Visitor) -> None:
    page = visitor.page("/security/activity")
    page.set_viewport_size(PHONE)

    expect(page.locator(".activity tbody .col-used").first).to_be_visible()


def test_secret_prints_black_on_white_in_the_dark_theme(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    page.emulate_media(color_scheme="dark")
    add_client(page, f"Printed {uuid4()}")

    page.emulate_media(media="print", color_scheme="dark")

    colours = page.locator("#id_client_secret").evaluate(COLOURS)
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


COLOURS = """(element) => {
  const clear = "rgba(0, 0, 0, 0)";
  let behind = element;
  const colour = () => getComputedStyle(behind).backgroundColor;
  while (colour() === clear) behind = behind.parentElement;
  return [getComputedStyle(element).color, colour()];
}"""


def test_leaving_an_uncopied_secret_asks(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    to_second_step(page, f"Left {uuid4()}")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")

    with page.expect_event("dialog") as asked:
        page.evaluate("() => setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect_window(page, "Client Successfully Created")


def test_escape_in_a_half_filled_window_asks(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    open_add_client(page).get_by_label("Name").fill("Half of it")
    answers = [False, True]
    page.on("dialog", lambda asked: asked.accept() if answers.pop() is False else asked.dismiss())

    page.keyboard.press("Escape")  # dismissed: it stays
    expect(window_of(page).get_by_label("Name")).to_have_value("Half of it")
    page.keyboard.press("Escape")

    expect(window_of(page)).to_have_count(0)
