"""The PostgreSQL databases of the test portals."""

import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def new_database(template: str) -> str:
    """Return the URL of a new database beside that of DATABASE_URL, a copy of the one at the URL
    ``template`` if that is given; empty for SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ""
    name = f"portal_{uuid.uuid4().hex}"
    source = urlsplit(template).path.removeprefix("/") or "template1"
    with psycopg.connect(url, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(source)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(url: str) -> None:
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
