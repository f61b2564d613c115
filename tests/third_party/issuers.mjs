// Issuers of other makes on loopback: NAME PORT AUDIENCE. Commands come line by line, each is answered by a line:
// `token SUBJECT` by a token, `rotate` by the kid of the key that signs from now on.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

console.info = console.warn = console.error; // notices of the libraries
const [name, port, audience] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}`;

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}

const issuers = {
  // Its access token for a resource is a JWT; sub is the client. The former key stays published.
  async 'oidc-provider'() {
    const { default: Provider } = await import('oidc-provider');
    let keys = [newKey()];
    let answer;
    const begin = () => {
      const resourceServer = { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
      const client = { client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
      answer = new Provider(address, {
        clients: ['job:build', 'job:other'].map((id) => ({ ...client, client_id: id, id_token_signed_response_alg: 'ES256' })),
        jwks: { keys },
        ttl: { ClientCredentials: 300 },
        features: {
          clientCredentials: { enabled: true },
          devInteractions: { enabled: false },
          resourceIndicators: { enabled: true, defaultResource: () => audience, getResourceServerInfo: () => resourceServer },
        },
      }).callback();
    };
    begin();
    await new Promise((done) => createServer((request, response) => answer(request, response)).listen(Number(port), '127.0.0.1', done));
    return {
      async token(subject) {
        const basic = Buffer.from(`${encodeURIComponent(subject)}:secret`).toString('base64');
        const body = new URLSearchParams({ grant_type: 'client_credentials', resource: audience });
        const reply = await fetch(`${address}/token`, { method: 'POST', body, headers: { authorization: `Basic ${basic}` } });
        const { access_token: token, ...error } = await reply.json();
        return token ?? JSON.stringify(error);
      },
      rotate() {
        keys = [newKey(), ...keys];
        begin();
        return keys[0].kid;
      },
    };
  },
  async 'oauth2-mock-server'() {
    const { OAuth2Server } = await import('oauth2-mock-server');
    const server = new OAuth2Server();
    server.issuer.url = address;
    let { kid } = await server.issuer.keys.generate('RS256');
    await server.start(Number(port), '127.0.0.1');
    return {
      token: (sub) => server.issuer.buildToken({ kid, scopesOrTransform: (_, claims) => Object.assign(claims, { sub, aud: audience }) }),
      rotate: async () => ({ kid } = await server.issuer.keys.generate('PS256')).kid,
    };
  },
  // It has one key; the former one is gone at once.
  async '@mongodb-js/oidc-mock-provider'() {
    const { OIDCMockProvider } = await import('@mongodb-js/oidc-mock-provider');
    const begin = () => OIDCMockProvider.create({
      port: Number(port),
      hostname: '127.0.0.1',
      getTokenPayload: ({ client_id: sub }) => ({ expires_in: 300, payload: { sub, aud: audience } }),
    });
    let provider = await begin();
    return {
      token: async (subject) => (await provider.issueToken({ client_id: subject, scope: '' })).access_token,
      async rotate() {
        provider.httpServer.closeAllConnections();
        await provider.close();
        provider = await begin();
        return provider.kid;
      },
    };
  },
};

const issuer = await issuers[name]();
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [command, subject] = line.split(' ');
  console.log(await issuer[command](subject));
}
process.exit(0);
