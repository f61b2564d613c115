// An MCP client of the npm SDK by client credentials: ADDRESS of the server; ISSUER, CLIENT_ID, CLIENT_SECRET.
// Prints what the tool read_notes answers.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { ISSUER, ADDRESS, CLIENT_ID, CLIENT_SECRET } = process.env;
const authProvider = new ClientCredentialsProvider({
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  expectedIssuer: ISSUER,
});
const client = new Client({ name: 'a client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(ADDRESS), { authProvider }));
const { content } = await client.callTool({ name: 'read_notes' });
console.log(content[0].text);
await client.close();
