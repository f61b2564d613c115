// A small API for Node that requires an access token of the portal with each call.
// Install its one dependency with: npm install jose
// It reads ISSUER, AUDIENCE, TENANT_ID and PORT from the environment.

import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { ISSUER, AUDIENCE, TENANT_ID, PORT = "9000" } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/openid-configuration/jwks`));

async function claimsOf(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: "at+jwt",
    algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
    requiredClaims: ["exp", "iat", "sub", "client_id", "tid"],
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
    response.writeHead(401, { "WWW-Authenticate": 'Bearer error="invalid_token"' });
    response.end(JSON.stringify({ error: error.message }));
  }
}).listen(Number(PORT), "127.0.0.1");
