// A web application with openid-client 6 that asks for `code id_token`, by form_post. For one person.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const here = `http://localhost:${PORT}`;
const overHttp = { execute: [oidc.allowInsecureRequests] }; // on loopback
const portal = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, overHttp);
oidc.useCodeIdTokenResponseType(portal);

const BUTTONS = { '/call': 'Call an API', '/refresh': 'Refresh the token', '/sign-out': 'Sign out' };
const form = ([action, text]) => `<form method="post" action="${action}"><button>${text}</button></form>`;
let expected, tokens, sub, name, answer;

const STEPS = {
  'POST /sign-in': () => {
    expected = { expectedNonce: oidc.randomNonce(), expectedState: oidc.randomState() };
    return oidc.buildAuthorizationUrl(portal, {
      redirect_uri: `${here}/callback`,
      scope: 'openid profile email offline_access',
      response_mode: 'form_post',
      nonce: expected.expectedNonce,
      state: expected.expectedState,
    });
  },
  'POST /callback': async (request) => {
    const headers = { 'Content-Type': request.headers['content-type'] };
    const posted = new Request(`${here}/callback`, { method: 'POST', headers, body: await text(request) });
    tokens = await oidc.authorizationCodeGrant(portal, posted, { ...expected, idTokenExpected: true });
    ({ sub, name } = tokens.claims());
  },
  'POST /call': call,
  'POST /refresh': async () => {
    tokens = { ...tokens, ...(await oidc.refreshTokenGrant(portal, tokens.refresh_token)) };
    await call();
  },
  'POST /sign-out': () => {
    const id_token_hint = tokens.id_token;
    tokens = answer = undefined;
    return oidc.buildEndSessionUrl(portal, { id_token_hint, post_logout_redirect_uri: `${here}/` });
  },
};

async function call() {
  answer = await oidc.fetchUserInfo(portal, tokens.access_token, sub);
}

function page() {
  if (!tokens) return `<p role="status">Signed out</p>${form(['/sign-in', 'Sign in'])}`;
  const known = `<p role="status">Signed in as ${name}</p><pre id="answer">${JSON.stringify(answer)}</pre>`;
  return known + Object.entries(BUTTONS).map(form).join('');
}

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, here);
  const step = STEPS[`${request.method} ${pathname}`];
  try {
    if (step) return response.writeHead(303, { Location: (await step(request)) ?? '/' }).end();
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><link rel="icon" href="data:,">${page()}`);
  } catch (error) {
    console.error(error);
    response.writeHead(500, { 'Content-Type': 'text/plain' }).end(error.error_description ?? String(error));
  }
}).listen(Number(PORT), 'localhost');
