// node-oidc-provider for the benchmark: PORT ALGORITHM AUDIENCE; clients.json: [[id, secret], ...].
// Access tokens are signed JWTs, as ours are.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, algorithm, audience] = process.argv.slice(2);
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
      getResourceServerInfo: () => ({
        scope: 'api',
        audience,
        accessTokenTTL: 3600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algorithm } },
      }),
    },
  },
  jwks: { keys: [key] },
  scopes: ['api'],
  ttl: { ClientCredentials: 3600 },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
