// oauth4webapi as a client with a private key: ISSUER CLIENT_ID ALGORITHM JWK (private, as JSON).
// From the metadata to a token; prints the token response.
import * as oauth from 'oauth4webapi';

const [issuer, clientId, text, algorithm] = process.argv.slice(2);
const jwk = JSON.parse(text);
const imported = algorithm === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
const key = await crypto.subtle.importKey('jwk', jwk, imported, false, ['sign']);
const overHttp = { [oauth.allowInsecureRequests]: true }; // on loopback
const url = new URL(issuer);
const found = await oauth.discoveryRequest(url, overHttp);
const server = await oauth.processDiscoveryResponse(url, found);
const client = { client_id: clientId };
const reply = await oauth.clientCredentialsGrantRequest(
  server, client, oauth.PrivateKeyJwt({ key, kid: jwk.kid }), new URLSearchParams(), overHttp,
);
console.log(JSON.stringify(await oauth.processClientCredentialsResponse(server, client, reply)));
