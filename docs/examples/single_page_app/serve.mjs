// Serves the files of the application, and the settings that it needs, on http://localhost:9100.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { ISSUER = 'http://localhost:8000/identity', CLIENT_ID, PORT = '9100' } = process.env;
if (!CLIENT_ID) throw new Error('Set CLIENT_ID to the Client Id that the portal shows.');
const FILES = {
  '/': ['index.html', 'text/html'],
  '/callback': ['index.html', 'text/html'],
  '/app.js': ['app.js', 'text/javascript'],
  '/oidc-client-ts.js': ['node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', 'text/javascript'],
};
const POLICY = `default-src 'none'; frame-ancestors 'none'; img-src data:; script-src 'self'; connect-src 'self' ${new URL(ISSUER).origin}`;

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/settings.json') {
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ authority: ISSUER, client_id: CLIENT_ID }));
  }
  if (!Object.hasOwn(FILES, pathname)) return response.writeHead(404).end();
  const [file, type] = FILES[pathname];
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  response.setHeader('Content-Security-Policy', POLICY);
  return response.end(await readFile(new URL(file, import.meta.url)));
}).listen(Number(PORT), 'localhost', () => console.log(`Open http://localhost:${PORT}/`));
