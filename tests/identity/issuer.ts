import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { Provider } from 'oidc-provider';

/** What the issuer tells of somebody, by their subject. */
export interface IssuerAccount {
  email?: string;
  email_verified?: boolean;
  name?: string;
  given_name?: string;
  family_name?: string;
}

/** A real OpenID provider on a free port, with its own pages for signing in and consent. */
export interface TestIssuer {
  url: string;
  accounts: Map<string, IssuerAccount>;
  /** Whether its token endpoint answers 500. */
  broken: boolean;
  /** What is wrong with its ID tokens: they are for another client, signed with another key, or not signed. */
  flaw: 'audience' | 'key' | 'unsigned' | null;
  /** Called when the relying party's address is known. */
  open(clients: { id: string; secret: string; redirectUri: string }[]): void;
  /** Goes through the pages like a browser. @returns the query, or the body of the form, that it is sent back with */
  visit(url: string, subject: string): Promise<string>;
  /** Says no on the first page. */
  cancel(url: string): Promise<string>;
  close(): Promise<void>;
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The same token, with one thing wrong. */
function flawed(token: string, flaw: NonNullable<TestIssuer['flaw']>): string {
  const claims = jwt.decode(token) as object;
  if (flaw === 'unsigned') return jwt.sign(claims, null, { algorithm: 'none' });
  const { privateKey } = flaw === 'key' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : keys;
  const aud = flaw === 'audience' ? { aud: 'another-client' } : {};
  return jwt.sign({ ...claims, ...aud }, privateKey, { algorithm: 'RS256', keyid: 'k' });
}

export async function startIssuer(): Promise<TestIssuer> {
  let provider: Provider | null = null;
  const accounts = new Map<string, IssuerAccount>();
  const http = createServer((req, res) => {
    if (issuer.broken && req.url === '/token') res.writeHead(500).end('out of order');
    else provider?.callback()(req, res);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    accounts,
    broken: false,
    flaw: null,
    open(clients) {
      provider = new Provider(url, {
        clients: clients.map(({ id, secret, redirectUri }) => ({
          client_id: id,
          client_secret: secret,
          redirect_uris: [redirectUri],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        })),
        claims: {
          openid: ['sub'],
          email: ['email', 'email_verified'],
          profile: ['name', 'given_name', 'family_name'],
        },
        pkce: { required: () => true },
        ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
        jwks: {
          keys: [{ ...keys.privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }],
        },
        cookies: { keys: ['a key of a test issuer'] },
        findAccount: (_context, subject) => ({
          accountId: subject,
          claims: async () => ({ sub: subject, ...accounts.get(subject) }),
        }),
      });
      provider.use(async (context, next) => {
        await next();
        const { id_token: token } = context.body ?? {};
        if (token && issuer.flaw) context.body = { ...context.body, id_token: flawed(token, issuer.flaw) };
      });
    },
    async visit(start, subject) {
      const { at, form } = await drive(url, start, subject);
      return form ?? at.split('?')[1] ?? '';
    },
    async cancel(start) {
      const browser = new Browser();
      const page = await browser.follow(start);
      return (await browser.follow(`${page.at}/abort`)).at.split('?')[1] ?? '';
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return issuer;
}

interface Page {
  at: string;
  html: string;
}

/** Signs in and consents. @returns the first address outside the issuer, and what is posted there if it is a form */
async function drive(issuer: string, start: string, subject: string): Promise<{ at: string; form?: string }> {
  const browser = new Browser();
  let page = await browser.follow(start);
  for (let pages = 0; page.at.startsWith(issuer); pages += 1) {
    if (pages > 4) throw new Error(`the issuer does not come to an end: ${page.at}`);
    const action = /<form method="post" action="([^"]+)"/.exec(page.html)?.[1];
    if (action && !action.startsWith(issuer)) return { at: action, form: fieldsOf(page) };
    const login = page.html.includes('name="login"');
    const form: Record<string, string> = login
      ? { prompt: 'login', login: subject, password: 'any' }
      : { prompt: 'consent' };
    page = await browser.follow(page.at, form);
  }
  return { at: page.at };
}

/** The hidden fields of a page that posts itself. */
function fieldsOf({ html }: Page): string {
  const fields = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return new URLSearchParams([...fields].map(([, name = '', value = '']) => [name, value])).toString();
}

/** As much of a browser as redirects, forms and cookies need. */
class Browser {
  readonly #cookies = new Map<string, string>();
  #origin = '';

  async follow(address: string, form?: Record<string, string>): Promise<Page> {
    let at = address;
    let body = form ? new URLSearchParams(form) : undefined;
    this.#origin ||= new URL(address).origin;
    for (;;) {
      // The address outside is what the test wants to know; nothing is fetched from there.
      if (new URL(at).origin !== this.#origin) return { at, html: '' };
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(at, {
        method: body ? 'POST' : 'GET',
        body,
        redirect: 'manual',
        headers: { cookie },
      });
      for (const set of response.headers.getSetCookie()) {
        const [pair = ''] = set.split(';');
        const equals = pair.indexOf('=');
        this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
      const location = response.headers.get('location');
      if (!location) {
        const html = await response.text();
        if (response.status !== 200) throw new Error(`${at} answered ${response.status}: ${html}`);
        return { at, html };
      }
      at = new URL(location, at).href;
      body = undefined;
    }
  }
}
