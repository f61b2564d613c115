// A machine that replaces its own private key, watched by nobody. It needs Node.js 18 or later, and nothing else.
//
//     node unattended_machine_with_key.mjs PORTAL STATE_FILE
//
// PORTAL is the public address, such as https://portal.example.com. STATE_FILE is JSON with client_id and
// private_key, in PEM: one on P-256. Run it from cron, well before the key expires: it exits with 0 once the
// new key works and the old one has ended, and with 1 if everything is as it was. Then run it again later.
// The private key never leaves the machine.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const DESCRIPTION = "Made by the machine itself";
const FAR = 3600 * 86400e3; // ms, for a key that never expires
const [portal, stateFile] = [process.argv[2].replace(/\/$/, ""), process.argv[3]];

async function call(method, url, { body, ...headers } = {}) {
  const answer = await fetch(url, { method, headers, body, redirect: "error", signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : null;
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function publicJwk(privateKey) {
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url"); // RFC 7638
  return { kty, crv, x, y, kid };
}

// Returns a new access token: the key signs that this is the client (RFC 7523).
async function tokenOf(clientId, privateKey) {
  const header = { alg: "ES256", typ: "client-authentication+jwt", kid: publicJwk(privateKey).kid };
  const exp = Math.floor(Date.now() / 1000) + 60;
  const claims = { iss: clientId, sub: clientId, aud: `${portal}/identity`, exp, jti: randomUUID() };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    resource: portal, // a token for the portal itself
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: `${signed}.${signature.toString("base64url")}`,
  });
  return (await call("POST", `${portal}/identity/connect/token`, { body })).access_token;
}

// Returns which key the token was requested with, and a function that calls the REST API below the keys.
function publicKeys(token) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const url = `${portal}/api/v1/Tenants/${claims.tid}/ClientCredentialClients/${claims.client_id}/PublicKeys`;
  const json = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const api = (method, rest = "", body) => call(method, url + rest, { ...json, body: body && JSON.stringify(body) });
  return { used: Number(claims.cred.replace("key:", "")), api };
}

// Replaces the file: it has the old state or the new one, also after a power cut.
async function save(state) {
  const fresh = `${stateFile}.new`;
  await rm(fresh, { force: true });
  const file = await open(fresh, "wx", 0o600);
  await file.writeFile(JSON.stringify(state));
  await file.sync();
  await file.close();
  await rename(fresh, stateFile);
  const folder = await open(dirname(stateFile));
  await folder.sync();
  await folder.close();
}

async function rotate() {
  const text = await readFile(stateFile, "utf8");
  const state = JSON.parse(text);
  const old = publicKeys(await tokenOf(state.client_id, createPrivateKey(state.private_key)));
  const known = await old.api("GET");
  const used = known.find((one) => one.Id === old.used);
  for (const one of known) {
    // which a run left that failed or was killed
    const isLeft = one.Id === state.ending || one.Description === DESCRIPTION;
    if (isLeft && one !== used) await old.api("DELETE", `/${one.Id}`);
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const created = await old.api("POST", `/${old.used}/Rotate`, {
    Key: publicJwk(privateKey),
    Description: DESCRIPTION,
    OldKeyEnds: used.Expiration ?? new Date(Date.now() + FAR).toISOString(),
  });
  let proved;
  try {
    const pem = privateKey.export({ format: "pem", type: "pkcs8" });
    await save({ ...state, private_key: pem, ending: old.used });
    proved = publicKeys(await tokenOf(state.client_id, privateKey));
  } catch (error) {
    if ((await readFile(stateFile, "utf8")) !== text) await save(state); // if that fails, both keys stay
    await old.api("DELETE", `/${created.Id}`).catch(() => {}); // the next run ends it
    throw error;
  }
  await proved.api("DELETE", `/${old.used}`).catch(() => {}); // the next run ends it
}

try {
  await rotate();
} catch (error) {
  console.error(`Not rotated: ${error.message}`);
  process.exitCode = 1;
}
