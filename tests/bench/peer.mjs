// node-oidc-provider for comparison: PORT ALGORITHM AUDIENCE; clients.json: [[id, secret], ...].
// Access tokens are signed JWTs, as ours are. AUDIENCE is the default resource, with the scope api;
// resources.json, if there is one, has others with their scopes: {identifier: "read write", ...}.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import Provider, { errors } from 'oidc-provider';

const [port, algorithm, audience] = process.argv.slice(2);
const others = existsSync('resources.json') ? JSON.parse(readFileSync('resources.json')) : {};
const scopesOf = new Map([[audience, 'api'], ...Object.entries(others)]);
const pair = algorithm === 'ES256'
  ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  : generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...pair.privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: 'one' };
const clients = JSON.parse(readFileSync('clients.json')).map(([id, secret]) => ({
  client_id: id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: algorithm,
  token_endpoint_auth_method: 'client_secret_basic',
}));
const provider = new Provider(`http://localhost:${port}`, {
  clients,
  clientAuthMethods: ['client_secret_basic'],
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: (_, resource) => {
        if (!scopesOf.has(resource)) throw new errors.InvalidTarget();
        return {
          scope: scopesOf.get(resource),
          audience: resource,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algorithm } },
        };
      },
    },
  },
  jwks: { keys: [key] },
  scopes: [...new Set([...scopesOf.values()].join(' ').split(' '))],
  ttl: { ClientCredentials: 3600 },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
