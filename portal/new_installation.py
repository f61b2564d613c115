"""Only `manage.py serve` makes a new installation; other commands work on one that exists.

`manage.py restore` makes the database, but needs the key of the backup.

Without the environment of the service, a command would work on a new, empty database.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from clients_app import data_files
from portal import connections
from portal import environment as env

NEED_NONE: Final = {
    *("check", "diffsettings", "findstatic", "help", "version"),
    *("compilemessages", "makemessages", "makemigrations"),
}


def refuse_to_make_one(words: list[str]) -> None:
    """Raise ImproperlyConfigured if this command would make a database or a SECRET_KEY.

    Commands that need neither get a folder that is removed when they exit.
    """
    command = next((word for word in words if not word.startswith("-")), "help")
    missing = list(map(str, _missing(is_restore=command == "restore")))
    if command == "serve" or not missing:
        return
    if command not in NEED_NONE and not {"--help", "-h"} & set(words):
        raise ImproperlyConfigured(
            f"There is no {' and no '.join(missing)}, and only `manage.py serve` makes a new "
            "installation. Run this command with the environment of the service: DATA_DIR, "
            "DATABASE_URL and SECRET_KEY."
        )
    folder = tempfile.mkdtemp(prefix="portal-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["DATA_DIR"] = folder


def _missing(*, is_restore: bool) -> list[Path]:
    folder = env.data_dir()
    database = connections.databases(folder)["default"]
    has_file = database["ENGINE"].endswith("sqlite3") and not is_restore
    files = [Path(database["NAME"])] if has_file else []
    if not env.text("SECRET_KEY") and not env.text("SECRET_KEY_FILE"):
        files.append(folder / data_files.SECRET_KEY)
    return [file for file in files if not file.exists()]
