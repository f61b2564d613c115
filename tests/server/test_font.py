"""The font: which characters and weights it has, and that it may be handed on."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from portal.server.font import CHARACTERS, LICENSE, SOURCE

pytestmark = pytest.mark.one_database

CSS = settings.BASE_DIR / "static/clients_app/css/tokens.css"
RANGES = re.compile(r"inter-(\w+)\.woff2.*?unicode-range: ([^;]*);", re.DOTALL)
SHOWN = ("templates/**/*.html", "clients_app/**/*.py", "static/**/*.css", "static/**/*.js")


@pytest.fixture(scope="module")
def cut(_static_files) -> dict[str, TTFont]:
    """The font's parts as the pages load them."""
    folder: Path = settings.STATIC_ROOT / "clients_app" / "fonts"
    return {part: TTFont(folder / f"inter-{part}.woff2") for part in CHARACTERS}


@pytest.mark.parametrize("part", CHARACTERS)
def test_font_part_has_the_characters_for_which_pages_load_it(cut, part):
    stated = set()
    for one in dict(RANGES.findall(CSS.read_text()))[part].replace("U+", "").split(", "):
        first, _, last = one.partition("-")
        stated |= set(range(int(first, 16), int(last or first, 16) + 1))

    assert set(CHARACTERS[part]) == stated
    assert stated - set(cut[part].getBestCmap()) == set()


@pytest.mark.parametrize("part", CHARACTERS)
def test_font_part_is_inter_in_the_weights_of_the_pages_with_digits_of_one_width(cut, part):
    font = cut[part]
    (axis,) = font["fvar"].axes

    assert font.flavor == "woff2"
    assert font["name"].getDebugName(1) == "Inter"
    assert (axis.axisTag, axis.minValue, axis.defaultValue, axis.maxValue) == (
        "wght",
        400,
        400,
        600,
    )
    if part == "basic":
        assert {one.FeatureTag for one in font["GSUB"].table.FeatureList.FeatureRecord} == {"tnum"}


@pytest.mark.parametrize("part", CHARACTERS)
def test_font_carries_copyright_and_license_as_the_license_demands(cut, part):
    """OFL 1.1, condition 2: in each copy, also as fields within the binary file."""
    names = cut[part]["name"]

    assert "The Inter Project Authors" in names.getDebugName(0)
    assert "SIL Open Font License, Version 1.1" in names.getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in LICENSE.read_text()
    assert "Reserved Font Name" not in LICENSE.read_text().split("PREAMBLE")[0]
    assert TTFont(SOURCE)["name"].getDebugName(0) == names.getDebugName(0)


def test_font_for_the_first_page_has_every_character_of_the_screens():
    files = (path for pattern in SHOWN for path in settings.BASE_DIR.glob(pattern))
    used = {
        character
        for path in files
        for character in path.read_text()
        if character.isprintable() and ord(character) > 0x7E
    }

    assert {"…", "“", "”"} <= used
    assert used - set(map(chr, CHARACTERS["basic"])) == set()


def test_page_loads_the_font_under_its_hashed_name(client, db):
    page = client.get("/sign-in")
    (link,) = re.findall(r'<link rel="preload"[^>]*>', page.text)
    name = re.search(r'href="/static/(clients_app/fonts/inter-basic\.\w{12}\.woff2)"', link)[1]

    assert 'as="font" type="font/woff2" crossorigin' in link
    assert "font-src 'self'" in page["Content-Security-Policy"]
    assert (settings.STATIC_ROOT / name).is_file()
    style = re.search(r'href="/static/(clients_app/css/portal\.\w{12}\.css)"', page.text)[1]
    assert Path(name).name in (settings.STATIC_ROOT / style).read_text()
