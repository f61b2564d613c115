// Clients with a private key instead of a secret: NAME ISSUER CLIENT_ID JWK (private, as JSON, for ES256).
// From the metadata to a token, whose response is printed.
const [issuer, clientId, text, name] = process.argv.slice(2);
const jwk = JSON.parse(text);
const isHttp = issuer.startsWith('http:'); // on loopback

async function signingKey() {
  return { key: await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']), kid: jwk.kid };
}

const programs = {
  async 'openid-client 6'() {
    const client = await import('openid-client');
    const execute = isHttp ? [client.allowInsecureRequests] : [];
    const auth = client.PrivateKeyJwt(await signingKey());
    const found = await client.discovery(new URL(issuer), clientId, undefined, auth, { execute });
    return client.clientCredentialsGrant(found);
  },
  async 'openid-client 5'() {
    const { Issuer } = await import('openid-client-5');
    const found = await Issuer.discover(issuer);
    const metadata = { client_id: clientId, token_endpoint_auth_method: 'private_key_jwt' };
    const client = new found.Client(metadata, { keys: [jwk] });
    // By default aud is a list of the issuer and the token endpoint.
    return client.grant({ grant_type: 'client_credentials' }, { clientAssertionPayload: { aud: issuer } });
  },
};
console.log(JSON.stringify(await programs[name]()));
