// oauth4webapi as a client of the portal: ISSUER CLIENT_ID CLIENT_SECRET PARAMETERS (as JSON).
// From the metadata to a token; prints the token response, or the error that the library raises.
import * as oauth from 'oauth4webapi';

const [issuer, clientId, secret, parameters] = process.argv.slice(2);
const overHttp = { [oauth.allowInsecureRequests]: true }; // on loopback
const url = new URL(issuer);
const found = await oauth.discoveryRequest(url, overHttp);
const server = await oauth.processDiscoveryResponse(url, found);
const client = { client_id: clientId };
const reply = await oauth.clientCredentialsGrantRequest(
  server, client, oauth.ClientSecretBasic(secret), new URLSearchParams(JSON.parse(parameters)), overHttp,
);
try {
  console.log(JSON.stringify(await oauth.processClientCredentialsResponse(server, client, reply)));
} catch (error) {
  if (!(error instanceof oauth.ResponseBodyError)) throw error;
  console.log(JSON.stringify({ error: error.error, status: error.status }));
}
