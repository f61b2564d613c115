// Signs a person in at the portal by Authorization Code with PKCE, and calls an API for them.
const { InMemoryWebStorage, UserManager, WebStorageStateStore } = oidc;

const manager = new UserManager({
  ...(await (await fetch('/settings.json')).json()),
  redirect_uri: `${location.origin}/callback`, // an Allowed Redirect URL
  post_logout_redirect_uri: `${location.origin}/`, // an Allowed Logout Redirect URL
  scope: 'openid profile email offline_access', // and the scopes of the API that you call
  revokeTokensOnSignout: true, // or the refresh token works until it expires
  revokeTokenTypes: ['refresh_token'],
  stateStore: new WebStorageStateStore({ store: sessionStorage }),
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }), // no tokens in the browser's storage
});
const part = (id) => document.getElementById(id);

function show(user) {
  part('status').textContent = user ? `Signed in as ${user.profile.name}` : 'Signed out';
  part('sign-in').hidden = Boolean(user);
  for (const id of ['call', 'refresh', 'sign-out']) part(id).hidden = !user;
}

async function callApi() {
  const { access_token } = await manager.getUser();
  const address = await manager.metadataService.getUserInfoEndpoint(); // put your API here
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${access_token}` } });
  part('answer').textContent = JSON.stringify(await answer.json(), null, 2);
}

async function refresh() {
  show(await manager.signinSilent()); // with the refresh token
  await callApi();
}

/** Run one step at a time, because a refresh token works once; show what went wrong. */
const step = (run) => async () => {
  const buttons = document.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  part('answer').textContent = '';
  try {
    await run();
  } catch (error) {
    part('status').textContent = error.message;
  }
  for (const button of buttons) button.disabled = false;
};
part('sign-in').onclick = step(() => manager.signinRedirect());
part('call').onclick = step(callApi);
part('refresh').onclick = step(refresh);
part('sign-out').onclick = step(() => manager.signoutRedirect());

const opened = new URL(location.href);
history.replaceState(null, '', '/'); // the code works once: a reload must not send it again
await step(async () => {
  show(opened.pathname === '/callback' ? await manager.signinCallback(opened.href) : null);
})();
