import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Provider } from 'oidc-provider';
import { type People } from './people';
import { SIGN_IN_PAGE_HEADERS, signInPage } from './sign-in-page';

const FORM_BYTES_MAX = 4_096;
const REQUEST_MAX_MS = 10_000;
const SIGN_IN = /^\/sign-in\/[\w-]{1,100}$/;

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** The issuer, with its page to sign in. */
export function issuerServer(provider: Provider, people: People): Server {
  const show = (response: ServerResponse, hasFailed: boolean): void => {
    response.writeHead(hasFailed ? 401 : 200, SIGN_IN_PAGE_HEADERS).end(signInPage(hasFailed));
  };
  const signIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Throws where this browser did not begin what the address names.
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      show(response, false);
      return;
    }
    const form = await readForm(request);
    if (form === null) {
      response.writeHead(413).end();
      return;
    }
    const [login, password] = [form.get('login') ?? '', form.get('password') ?? ''];
    const person = people.signIn(login, password, Date.now());
    if (person === null) {
      show(response, true);
      return;
    }
    const result = { login: { accountId: person.login } };
    await provider.interactionFinished(request, response, result);
  };
  const other = provider.callback();
  return createServer({ requestTimeout: REQUEST_MAX_MS }, (request, response) => {
    const path = request.url ?? '/';
    if (path === '/health/live' || path === '/health/ready') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    if (!SIGN_IN.test(path)) {
      void other(request, response);
      return;
    }
    signIn(request, response).catch(() => {
      const answer = 'This sign-in has expired, or was begun in another browser. Begin again.\n';
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(answer);
    });
  });
}
