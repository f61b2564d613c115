"""The version of the portal."""

import tomllib
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
VERSION: Final[str] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
