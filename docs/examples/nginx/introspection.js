// Introspects the token of a call at the portal, through the cache of nginx.

import crypto from "crypto";

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

function tokenOf(r) {
  const found = BEARER.exec(r.headersIn.Authorization || "");
  return found ? found[1] : null;
}

function cacheKey(r) {
  return crypto.createHash("sha256").update(r.variables.token).digest("hex");
}

async function check(r) {
  const token = tokenOf(r);
  if (token === null) return r.return(401);
  const args = "token=" + encodeURIComponent(token);
  const reply = await r.subrequest("/_introspect", { args: args });
  if (reply.status !== 200) return r.return(500);
  const claims = JSON.parse(reply.responseText);
  if (claims.active !== true || claims.aud !== r.variables.audience) return r.return(401);
  if (claims.tid !== r.variables.tenant_id) return r.return(401);
  r.headersOut["X-Client-Id"] = claims.client_id;
  r.headersOut["X-Roles"] = encodeURIComponent(claims.roles.join(","));
  return r.return(204);
}

export default { cacheKey, check };
