// An MCP client of the npm SDK by client credentials: ADDRESS of the server; ISSUER, CLIENT_ID, and
// CLIENT_SECRET or PRIVATE_KEY (PEM of an RSA key).
// Prints what the tool read_notes answers.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { ISSUER, ADDRESS, CLIENT_ID, CLIENT_SECRET, PRIVATE_KEY } = process.env;
const known = { clientId: CLIENT_ID, expectedIssuer: ISSUER };
const authProvider = PRIVATE_KEY
  ? new PrivateKeyJwtProvider({ ...known, privateKey: PRIVATE_KEY, algorithm: 'RS256' })
  : new ClientCredentialsProvider({ ...known, clientSecret: CLIENT_SECRET });
const client = new Client({ name: 'a client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(ADDRESS), { authProvider }));
const { content } = await client.callTool({ name: 'read_notes' });
console.log(content[0].text);
await client.close();
