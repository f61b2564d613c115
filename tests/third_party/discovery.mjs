// Reads the metadata of ISSUER with one PACKAGE: prints the addresses that it would use, as JSON.
const [name, issuer] = process.argv.slice(2);

const READERS = {
  async 'openid-client 5'() {
    const { Issuer } = await import('openid-client-5');
    return (await Issuer.discover(issuer)).metadata;
  },
  async 'openid-client 6'() {
    const { discovery } = await import('openid-client');
    const found = (await discovery(new URL(issuer), 'a client')).serverMetadata();
    if (!found.supportsPKCE()) throw new Error('openid-client would not use PKCE');
    return found;
  },
  async oauth4webapi() {
    const { discoveryRequest, processDiscoveryResponse } = await import('oauth4webapi');
    const url = new URL(issuer);
    return processDiscoveryResponse(url, await discoveryRequest(url));
  },
  async 'oidc-client-ts'() {
    const { MetadataService, OidcClientSettingsStore } = await import('oidc-client-ts');
    const known = { authority: issuer, client_id: 'a client', redirect_uri: issuer };
    return new MetadataService(new OidcClientSettingsStore(known)).getMetadata();
  },
  async 'MCP SDK'() {
    const { discoverAuthorizationServerMetadata, startAuthorization } = await import(
      '@modelcontextprotocol/sdk/client/auth.js'
    );
    const metadata = await discoverAuthorizationServerMetadata(issuer);
    const clientInformation = { client_id: 'a client' };
    await startAuthorization(issuer, { metadata, clientInformation, redirectUrl: issuer }); // it may refuse
    return metadata;
  },
};

const { authorization_endpoint, token_endpoint } = await READERS[name]();
console.log(JSON.stringify({ authorization_endpoint, token_endpoint }));
