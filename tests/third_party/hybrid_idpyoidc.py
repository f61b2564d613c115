"""A web application with idpyoidc that asks for `code id_token`, by form_post. For one person."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from cryptojwt.key_jar import KeyJar
from idpyoidc.client.rp_handler import RPHandler

ISSUER, PORT = os.environ["ISSUER"], int(os.environ["PORT"])
HERE = f"http://localhost:{PORT}"
SERVICES = ("provider_info_discovery.ProviderInfoDiscovery", "authorization.Authorization")
SERVICES += ("access_token.AccessToken", "refresh_access_token.RefreshAccessToken")
SERVICES += ("userinfo.UserInfo", "end_session.EndSession")
party = RPHandler(
    base_url=HERE,
    client_configs={
        ISSUER: {
            "client_type": "oidc",
            "issuer": ISSUER,
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "redirect_uris": [f"{HERE}/callback"],
            "post_logout_redirect_uris": [f"{HERE}/"],
            "response_types_supported": ["code id_token"],
            "response_modes_supported": ["form_post"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "client_authn_methods": ["client_secret_basic", "bearer_header"],
        }
    },
    services={name: {"class": f"idpyoidc.client.oidc.{name}"} for name in SERVICES},
    keyjar=KeyJar(),
)
signed_in: dict[str, object] = {}


def sign_in(_: dict[str, str]) -> str:
    return party.begin(ISSUER, req_args={"response_mode": "form_post"})


def callback(posted: dict[str, str]) -> str:
    found = party.finalize(ISSUER, posted)
    if "error" in found:
        raise ValueError(found["error"])
    signed_in.update(found, answer={})
    return "/"


def call(_: dict[str, str]) -> str:
    signed_in["answer"] = party.get_user_info(signed_in["state"]).to_dict()
    return "/"


def refresh(_: dict[str, str]) -> str:
    party.refresh_access_token(signed_in["state"])
    return call(_)


def sign_out(_: dict[str, str]) -> str:
    return party.logout(signed_in.pop("state"), post_logout_redirect_uri=f"{HERE}/")["url"]


STEPS = {"/sign-in": sign_in, "/callback": callback}
STEPS |= {"/call": call, "/refresh": refresh, "/sign-out": sign_out}
BUTTONS = {"/call": "Call an API", "/refresh": "Refresh the token", "/sign-out": "Sign out"}


class Application(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, page(), "Content-Type", "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            address = STEPS[self.path](dict(parse_qsl(body)))
        except Exception as error:
            self.answer(500, repr(error), "Content-Type", "text/plain")
            raise
        self.answer(303, "", "Location", address)

    def answer(self, status: int, body: str, name: str, value: str) -> None:
        self.send_response(status)
        self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


def page() -> str:
    icon = '<!doctype html><link rel="icon" href="data:,">'
    if "state" not in signed_in:
        return f'{icon}<p role="status">Signed out</p>{form("/sign-in", "Sign in")}'
    name, answer = signed_in["userinfo"]["name"], json.dumps(signed_in["answer"])
    buttons = "".join(form(*button) for button in BUTTONS.items())
    return f'{icon}<p role="status">Signed in as {name}</p><pre id="answer">{answer}</pre>{buttons}'


def form(action: str, text: str) -> str:
    return f'<form method="post" action="{action}"><button>{text}</button></form>'


ThreadingHTTPServer(("localhost", PORT), Application).serve_forever()
