// Authorization Code with PKCE by one PACKAGE: PACKAGE ISSUER CLIENT_ID REDIRECT_URI ALGORITHM.
// Prints where to send the person; reads where they came back; refreshes; prints who they are, as JSON.
import { createInterface } from 'node:readline';

const [name, issuer, client_id, redirect_uri, algorithm] = process.argv.slice(2);
const scope = 'openid offline_access';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function cameBackTo(address) {
  console.log(String(address));
  return new URL((await lines.next()).value);
}

const FLOWS = {
  async 'openid-client 5'() {
    const { Issuer, generators } = await import('openid-client-5');
    const found = await Issuer.discover(issuer);
    const client = new found.Client({
      client_id,
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: algorithm,
    });
    const signIn = async (more) => {
      const code_verifier = generators.codeVerifier();
      const sent = { state: generators.state(), nonce: generators.nonce(), ...more };
      const back = await cameBackTo(
        client.authorizationUrl({
          ...sent,
          redirect_uri,
          scope,
          code_challenge: generators.codeChallenge(code_verifier),
          code_challenge_method: 'S256',
        }),
      );
      return client.callback(redirect_uri, client.callbackParams(back.href), { ...sent, code_verifier });
    };
    const tokens = await signIn({});
    const refreshed = await client.refresh(tokens); // compares the ID tokens
    const again = await signIn({ prompt: 'none', max_age: 3600, id_token_hint: tokens.id_token }); // and auth_time
    if (again.claims().auth_time !== tokens.claims().auth_time) throw new Error('The person signed in once.');
    return client.userinfo(refreshed);
  },
  async oauth4webapi() {
    const oauth = await import('oauth4webapi');
    const url = new URL(issuer);
    const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
    const client = { client_id };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const address = new URL(server.authorization_endpoint);
    address.search = new URLSearchParams({
      ...{ client_id, redirect_uri, scope, state, nonce, response_type: 'code' },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const answer = oauth.validateAuthResponse(server, client, await cameBackTo(address), state);
    const public_client = oauth.None();
    const reply = await oauth.authorizationCodeGrantRequest(
      ...[server, client, public_client, answer, redirect_uri, verifier],
    );
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, reply, expected);
    await oauth.validateApplicationLevelSignature(server, reply);
    const again = await oauth.refreshTokenGrantRequest(server, client, public_client, tokens.refresh_token);
    const { access_token } = await oauth.processRefreshTokenResponse(server, client, again);
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const person = await oauth.userInfoRequest(server, client, access_token);
    return oauth.processUserInfoResponse(server, client, sub, person);
  },
  async 'MCP SDK'() {
    const sdk = await import('@modelcontextprotocol/sdk/client/auth.js');
    const metadata = await sdk.discoverAuthorizationServerMetadata(issuer);
    const clientInformation = { client_id };
    const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(issuer, {
      ...{ metadata, clientInformation, redirectUrl: redirect_uri, scope, state: 'state' },
    });
    const back = await cameBackTo(authorizationUrl);
    const tokens = await sdk.exchangeAuthorization(issuer, {
      ...{ metadata, clientInformation, codeVerifier, redirectUri: redirect_uri },
      authorizationCode: back.searchParams.get('code'),
    });
    const { access_token } = await sdk.refreshAuthorization(issuer, {
      ...{ metadata, clientInformation, refreshToken: tokens.refresh_token },
    });
    const headers = { Authorization: `Bearer ${access_token}` };
    return (await fetch(metadata.userinfo_endpoint ?? `${issuer}/connect/userinfo`, { headers })).json();
  },
};

console.log(JSON.stringify({ sub: (await FLOWS[name]()).sub }));
process.stdin.destroy();
