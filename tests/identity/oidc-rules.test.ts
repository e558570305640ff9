import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { appleClientSecret } from '../../server/identity/oidc/apple-secret.ts';
import { decideLinking } from '../../server/identity/oidc/linking.ts';
import { isIssuerOf, profileOf } from '../../server/identity/oidc/profile.ts';

describe('what becomes of an identity that is new here', () => {
  const account = { userId: 'u', emailVerified: true };
  const verified = { email: 'a@b.example', emailVerified: true };
  const unverified = { email: 'a@b.example', emailVerified: false };
  const silent = { email: null, emailVerified: false };
  const refused = (code: string) => ({ kind: 'refuse', code });

  it.each([
    ['both sides have confirmed the address', verified, account, false, { kind: 'link', userId: 'u' }],
    [
      'only the provider has',
      verified,
      { ...account, emailVerified: false },
      true,
      refused('identity_in_use'),
    ],
    ['the provider has not', unverified, account, true, refused('identity_unverified')],
    ['neither has, and nobody has the address', unverified, null, true, refused('identity_unverified')],
    ['nobody has the address, and all may register', verified, null, true, { kind: 'create' }],
    ['nobody has the address, and nobody may', verified, null, false, refused('registration_closed')],
    ['the provider tells no address', silent, null, true, refused('identity_unverified')],
  ])('%s', (_, profile, existing, registrationOpen, expected) => {
    expect(decideLinking({ profile, account: existing, registrationOpen })).toEqual(expected);
  });
});

describe('the person in the claims', () => {
  const base = { iss: 'https://issuer.example', sub: '42' };
  const of = (claims: object, type = 'oidc') => profileOf({ ...base, ...claims }, { type });

  it('takes names and the address, in lower case and without what does not belong there', () => {
    expect(
      of({ email: ' Ada@School.Example ', email_verified: true, name: 'Ada\r\nLovelace', given_name: 'Ada' }),
    ).toEqual({
      issuer: 'https://issuer.example',
      subject: '42',
      email: 'ada@school.example',
      emailVerified: true,
      firstName: 'Ada',
      lastName: '',
      displayName: 'Ada Lovelace',
    });
  });

  it('takes no address that no mail could be sent to', () => {
    for (const email of [
      'a,b@c.example',
      '"a b"@c.example',
      'a(b)@c.example',
      'a:b;@c.example',
      'a@b',
      '<a@b.example>',
    ])
      expect(of({ email, email_verified: true })).toMatchObject({ email: null, emailVerified: false });
  });

  it('takes an address for confirmed only where the provider says so', () => {
    const says = (claims: object, type?: string) =>
      of({ email: 'a@b.example', ...claims }, type)?.emailVerified;
    expect(says({ email_verified: true })).toBe(true);
    // Apple
    expect(says({ email_verified: 'true' })).toBe(true);
    for (const email_verified of [false, 'false', 'yes', null, undefined, {}])
      expect(says({ email_verified })).toBe(false);
    // Microsoft: an address alone is what an administrator typed.
    expect(says({}, 'microsoft')).toBe(false);
    expect(says({ xms_edov: true }, 'microsoft')).toBe(true);
    expect(says({ xms_edov: true }, 'oidc')).toBe(false);
    expect(of({ email: 'no address', email_verified: true })).toMatchObject({
      email: null,
      emailVerified: false,
    });
  });

  it('names nobody without a subject', () => {
    for (const sub of ['', undefined, 42, 'x'.repeat(256)])
      expect(profileOf({ ...base, sub }, { type: 'oidc' })).toBeNull();
  });

  it('cuts names that are too long', () => {
    expect(of({ name: 'x'.repeat(1000) })?.displayName).toHaveLength(100);
  });
});

describe('the issuer of an ID token', () => {
  const tid = '9188040d-6c67-4c5b-b112-36a304b66dad';
  const pattern = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  const iss = `https://login.microsoftonline.com/${tid}/v2.0`;

  it('is the one that was discovered', () => {
    expect(isIssuerOf({ iss: 'https://a.example' }, 'https://a.example')).toBe(true);
    expect(isIssuerOf({ iss: 'https://b.example' }, 'https://a.example')).toBe(false);
  });

  it('is at Microsoft that of the tenant in the token', () => {
    expect(isIssuerOf({ iss, tid }, pattern)).toBe(true);
    for (const claims of [
      { iss },
      { iss, tid: '00000000-0000-0000-0000-000000000000' },
      { iss: 'https://login.microsoftonline.com/common/v2.0', tid: 'common' },
      { iss: `https://evil.example/${tid}/v2.0`, tid },
      { iss: `${iss}/`, tid },
      { iss: pattern, tid: '{tenantid}' },
    ])
      expect(isIssuerOf(claims, pattern)).toBe(false);
  });
});

it('Apple’s client secret is a token of five minutes, signed with the team’s key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const now = new Date();
  const secret = appleClientSecret({ teamId: 'TEAM', keyId: 'KEY', privateKey }, 'org.example.class', now);
  const { header, payload } = jwt.verify(secret, publicKey, { algorithms: ['ES256'], complete: true });
  expect(header).toMatchObject({ alg: 'ES256', kid: 'KEY' });
  const iat = Math.floor(now.getTime() / 1000);
  expect(payload).toEqual({
    iss: 'TEAM',
    sub: 'org.example.class',
    aud: 'https://appleid.apple.com',
    iat,
    exp: iat + 300,
  });
});
