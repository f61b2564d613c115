// node-oidc-provider on loopback with one account, whose subject people type to sign in.
// Arguments: the port, and the redirect URL of the portal.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: "portal", client_secret: "of the portal", redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["roles"] },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true, roles: ["readers"] }),
  }),
  async loadExistingGrant(context) {
    const { client, session } = context.oidc;
    const grant = new context.oidc.provider.Grant({
      clientId: client.clientId,
      accountId: session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

const PAGE = `<!doctype html><html lang="en"><head><title>Provider</title><link rel="icon" href="data:,"></head><body><h1>Provider</h1>
<form method="post"><label>Account <input name="account" autofocus></label><button>Go on</button></form></body></html>`;

const answer = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  if (request.method === "GET") {
    return response.setHeader("Content-Type", "text/html").end(PAGE);
  }
  let body = "";
  for await (const piece of request) body += piece;
  const accountId = new URLSearchParams(body).get("account");
  return provider.interactionFinished(request, response, { login: { accountId } });
}).listen(Number(port), "127.0.0.1");
