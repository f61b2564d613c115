"""Cuts the portal's font out of Inter: the characters and weights that its pages use, as WOFF2.

The package has the whole variable font, 877 kB. Pages preload ``basic``, 12 kB, and load ``more``
when they show a character of it; browsers decide by ``unicode-range`` in ``tokens.css``. All other
characters are shown in the fonts of the machine.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import fontpkg_inter

WEIGHTS: Final = (400, 400, 600)  # lightest, default, heaviest; bold text is 600
OPTICAL_SIZE: Final = 14  # pixels
SOURCE: Final = Path(fontpkg_inter.__file__).with_name("files") / "Inter[opsz,wght].ttf"
LICENSE: Final = Path(fontpkg_inter.__file__).with_name("LICENSE")
CHARACTERS: Final = {
    "basic": (
        *range(0x20, 0x7F),
        *(0xA0, 0xB7, 0xD7),  # no-break space, middle dot, times
        *(0x2010, 0x2011, 0x2013, 0x2014),  # hyphens and dashes
        *(0x2018, 0x2019, 0x201C, 0x201D, 0x2039, 0x203A),  # quotation marks
        *(0x2022, 0x2026),  # bullet, ellipsis
        *(0x2190, 0x2191, 0x2192, 0x2193, 0x2212),  # arrows, minus
    ),
    "more": tuple(code for code in range(0xA1, 0x180) if code not in {0xAD, 0xB7, 0xD7, 0x149}),
}
_FEATURES: Final = ("tnum",)  # kerning would be 2 kB of 60 (docs/performance.md)
_NAMES: Final = (0, 1, 2, 5, 13, 14)  # copyright, family, style, version, license


def write_fonts(folder: Path) -> list[str]:
    """Write a file for each of CHARACTERS; return their names. The first time takes two seconds."""
    names = []
    for part in CHARACTERS:
        names.append(f"inter-{part}.woff2")
        (folder / names[-1]).write_bytes(_cut(part))
    return names


@cache
def _cut(part: str) -> bytes:
    from fontTools import subset  # late: a start that collects nothing does without half a second
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font: Any = TTFont(SOURCE, recalcTimestamp=False)  # so that all nodes have the same files
    options = subset.Options(
        layout_features=list(_FEATURES), name_IDs=list(_NAMES), hinting=False, drop_tables=["STAT"]
    )
    cut = subset.Subsetter(options)
    cut.populate(unicodes=CHARACTERS[part])
    cut.subset(font)  # first: fontTools loses the glyph space.tf if the axes are limited before
    instantiateVariableFont(font, {"opsz": OPTICAL_SIZE, "wght": WEIGHTS}, inplace=True)
    font.flavor = "woff2"
    font.save(file := BytesIO())
    return file.getvalue()
