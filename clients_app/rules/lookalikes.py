"""Which names look like those of the built-in roles, to somebody who only sees them.

Source: CLI-4; confusables.txt of Unicode Technical Standard 39 for the letters of these names,
after ``key_of``, which folds full-width, mathematical and other styles of letters.
"""

from typing import Final

from clients_app.rules.built_in_roles import BUILT_IN_ROLES
from clients_app.rules.names import key_of

_LOOK_LIKE: Final = {
    "a": "\u0251\u03b1\u0430\u13aa\u15c5\u237a\ua4ee\U000102a0\U00016f40",
    "b": (
        "\u0185\u03b2\u0432\u044c\u13cf\u13f4\u1472\u15af\u15f7\ua4d0\ua7b5\U00010282"
        "\U000102a1\U00010301"
    ),
    "c": (
        "\u03c3\u0441\u13df\u1d04\u2ca5\ua4da\U000102a2\U00010302\U0001043d\U0001051c"
        "\U000118e9\U000118f2\U0001f74c"
    ),
    "d": "\u0501\u13a0\u13e7\u146f\u15de\u15ea\ua4d2\ua4d3",
    "e": "\u03b5\u0435\u04bd\u13ac\u212e\u22ff\u2d39\ua4f0\uab32\U00010286\U000118c6\U000118ce",
    "i": (
        "\u0131\u01c0\u0269\u026a\u03b9\u0456\u04cf\u06f1\u13a5\u16c1\u2223\u2373\u23fd\u2502"
        "\u2c93\u2d4f\ua4f2\ua647\U0001028a\U00010309\U00010320\U000118c3\U00016f28"
    ),
    "m": "\u03bc\u03fb\u043c\u13b7\u15f0\u16d6\u2c99\ua4df\U000102b0\U00010311",
    "n": "\u03bd\u0578\u057c\u2c9b\ua4e0\U00010513",
    "o": (
        "\u03bf\u03c3\u043e\u0585\u06f5\u0966\u09e6\u0a66\u0ae6\u0b20\u0b66\u0be6\u0c02\u0c66"
        "\u0c82\u0ce6\u0d02\u0d20\u0d66\u0d82\u0e50\u0ed0\u101d\u1040\u10ff\u12d0\u1d0f\u1d11"
        "\u2c9f\u2d54\u3007\ua4f3\uab3d\U00010292\U000102ab\U0001042c\U000104ea\U00010516"
        "\U000114d0\U000118c8\U000118d5\U000118d7\U000118e0"
    ),
    "r": (
        "\u0280\u0433\u13a1\u13b1\u13d2\u1587\u1d26\u2c85\ua4e3\uab47\uab48\U000104dc"
        "\U00016f35\U0001d216"
    ),
    "s": "\u01bd\u0455\u057f\u13d5\u13da\ua4e2\ua731\U00010296\U00010448\U000118c1\U00016f3a",
    "t": (
        "\u03c4\u0442\u13a2\u22a4\u27d9\u2ca7\ua4d4\U00010297\U000102b1\U00010315\U000118dc"
        "\U00016f0a\U0001f768"
    ),
    "u": (
        "\u028b\u03c5\u057d\u1200\u144c\u1d1c\u222a\u22c3\ua4f4\ua79f\uab4e\uab52\U000104f6"
        "\U000118d8\U00016f42"
    ),
    "v": (
        "\u03bd\u0475\u06f7\u13d9\u142f\u1d20\u2228\u22c1\u2d38\ua4e6\ua6df\U0001051d"
        "\U00011706\U000118c0\U00016f08\U0001d20d"
    ),
    "w": (
        "\u026f\u0461\u051d\u0561\u13b3\u13d4\u1d21\ua4ea\U0001170a\U0001170e\U0001170f"
        "\U000118e6\U000118ef"
    ),
}
_AS_LETTERS: Final = str.maketrans(
    {"0": "o", "1": "i", "l": "i", "|": "i"}
    | {one: letter for letter, others in _LOOK_LIKE.items() for one in others}
)


def built_in_role_like(name: str) -> str | None:
    """Return the name of the built-in role that ``name`` looks like, None if there is none."""
    return _BY_SKELETON.get(_skeleton_of(name))


def _skeleton_of(name: str) -> str:
    return key_of(name).translate(_AS_LETTERS).replace("rn", "m").replace("vv", "w")


_BY_SKELETON: Final = {_skeleton_of(role.name): role.name for role in BUILT_IN_ROLES}
