// A small API for Node that requires an access token of the portal with each call.
// Install its one dependency with: npm install jose
// It reads ISSUER, AUDIENCE, TENANT_ID and PORT from the environment.

import { createServer } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";

const { ISSUER, AUDIENCE, TENANT_ID, PORT = "9000" } = process.env;
for (const [name, value] of Object.entries({ ISSUER, AUDIENCE, TENANT_ID })) {
  if (!value) throw new Error(`Set ${name}.`); // without an audience, jose accepts any
}
const REFRESH_MS = 15 * 60_000; // a revoked key is trusted no longer than this
const RETRY_MS = 30_000; // between two fetches: anyone can send unknown key ids
const KEEP_MS = 24 * 60 * 60_000; // how long the keys are used while the portal is away

class PortalAway extends Error {}

const portal = { ids: new Set(), fetchedAt: -Infinity, triedAt: -Infinity, fetching: null };

async function fetchKeys() {
  portal.triedAt = Date.now();
  try {
    const url = `${ISSUER}/.well-known/openid-configuration/jwks`;
    const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    if (!reply.ok) throw new Error(`the portal answers ${reply.status}`);
    const set = await reply.json();
    portal.keyOf = createLocalJWKSet(set);
    portal.ids = new Set(set.keys.map((key) => key.kid));
    portal.fetchedAt = portal.triedAt;
  } catch (error) {
    console.warn("The portal's keys cannot be fetched:", error.message);
  }
}

// Fetches the keys and caches them. While the portal is away, goes on with those it has.
async function keyOf(header, token) {
  const isOld = Date.now() - portal.fetchedAt > REFRESH_MS;
  const isDue = Date.now() - portal.triedAt > RETRY_MS;
  if ((isOld || !portal.ids.has(header.kid)) && isDue) {
    portal.fetching ??= fetchKeys().finally(() => (portal.fetching = null));
  }
  await portal.fetching;
  if (Date.now() - portal.fetchedAt > KEEP_MS) throw new PortalAway();
  if (!portal.ids.has(header.kid) && portal.fetchedAt < portal.triedAt) throw new PortalAway();
  return portal.keyOf(header, token);
}

async function claimsOf(token) {
  const { payload } = await jwtVerify(token, keyOf, {
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: "at+jwt",
    algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
    requiredClaims: ["exp", "iat", "sub", "client_id", "tid"],
    clockTolerance: 60, // seconds by which clocks may differ
  });
  if (payload.tid !== TENANT_ID) throw new Error("This token belongs to another tenant.");
  return payload;
}

createServer(async (request, response) => {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  response.setHeader("Content-Type", "application/json");
  try {
    if (scheme.toLowerCase() !== "bearer") throw new Error("Send an access token.");
    const { client_id, roles } = await claimsOf(token);
    response.end(JSON.stringify({ client_id, roles }));
  } catch (error) {
    if (error instanceof PortalAway) {
      response.writeHead(503, { "Retry-After": "30" });
      response.end(JSON.stringify({ error: "The token cannot be verified now." }));
    } else {
      response.writeHead(401, { "WWW-Authenticate": 'Bearer error="invalid_token"' });
      response.end(JSON.stringify({ error: error.message }));
    }
  }
}).listen(Number(PORT), "127.0.0.1");
