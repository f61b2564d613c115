# /// script
# requires-python = ">=3.11"
# dependencies = ["authlib==1.9.9", "flask==3.1.3", "requests==2.34.2"]
# ///
"""A web application that signs people in at the portal, and calls an API for them.

    CLIENT_ID=... CLIENT_SECRET=... uv run app.py

It listens on http://localhost:9200.
"""

import os
import secrets

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, session, url_for

ISSUER = os.environ.get("ISSUER", "http://localhost:8000/identity")
PORT = int(os.environ.get("PORT", "9200"))
PAGE = """<!doctype html><html lang="en"><title>Example application</title>
<link rel="icon" href="data:,">
<h1>Example application</h1>
{% if error %}<p role="alert">{{ error }}</p>{% endif %}
{% if person %}<p role="status">Signed in as {{ person.name }}</p>
<pre id="answer">{{ answer|tojson }}</pre>
<form method="post" action="/call"><button>Call an API</button></form>
<form method="post" action="/refresh"><button>Refresh the token</button></form>
<form method="post" action="/sign-out"><button>Sign out</button></form>
{% else %}<p role="status">Signed out</p>
<form method="post" action="/sign-in"><button>Sign in</button></form>{% endif %}</html>"""

app = Flask(__name__)
app.secret_key = secrets.token_bytes()
app.config.update(SESSION_COOKIE_SAMESITE="Lax")  # and SESSION_COOKIE_SECURE with https
TOKENS: dict[str, dict] = {}  # by session: they never reach the browser. Use your database


def token_of_session(name: str) -> dict | None:
    return TOKENS.get(session.get("id", ""))


def keep_token(name: str, token: dict, **_: object) -> None:
    """Keep what a refresh returned: each refresh token works once."""
    TOKENS[session["id"]].update(token)


portal = OAuth(app, fetch_token=token_of_session, update_token=keep_token).register(
    "portal",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={
        "scope": "openid profile email offline_access",  # and the scopes of the API that you call
        "code_challenge_method": "S256",
    },
)


def page(error: str = "", answer: object = None) -> str:
    token = token_of_session("portal")
    person = token and token["userinfo"]
    return render_template_string(PAGE, person=person, error=error, answer=answer)


@app.get("/")
def home():
    return page()


@app.post("/sign-in")
def sign_in():
    return portal.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")  # an Allowed Redirect URL
def callback():
    """Take the code. Authlib checks the state and the nonce, and verifies the ID token."""
    token = portal.authorize_access_token()
    session.clear()
    session["id"] = secrets.token_urlsafe()
    TOKENS[session["id"]] = token
    return redirect("/")


@app.post("/call")
def call():
    """Call an API with the person's token. Authlib refreshes it when it expired."""
    return page(answer=portal.userinfo())  # or portal.get("https://api.example.com/...").json()


@app.post("/refresh")
def refresh():
    if token := token_of_session("portal"):
        token["expires_at"] = 1  # only to show it: as if it had expired
    return call()


@app.post("/sign-out")
def sign_out():
    token = TOKENS.pop(session.pop("id", ""), {})
    revoke(token.get("refresh_token", ""))  # or it works until it expires
    home_page = url_for("home", _external=True)  # an Allowed Logout Redirect URL
    return portal.logout_redirect(home_page, token.get("id_token"))


def revoke(refresh_token: str) -> None:
    requests.post(
        portal.load_server_metadata()["revocation_endpoint"],
        auth=(portal.client_id, portal.client_secret),
        data={"token": refresh_token},
        timeout=5,
    )


@app.errorhandler(OAuthError)
def refused(error: OAuthError):
    """The portal refused, or the person did, or their session ended: they sign in again."""
    TOKENS.pop(session.pop("id", ""), None)
    return page(error=error.description or error.error), 400


if __name__ == "__main__":
    app.run("localhost", PORT)
