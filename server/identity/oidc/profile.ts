import { z } from 'zod';

/** Who somebody is at a provider. */
export interface Profile {
  /** `iss` of the ID token; with `subject` the key of an identity. */
  issuer: string;
  /** `sub`: stays the same when the e-mail address changes. */
  subject: string;
  /** Lower case; null where the provider tells none. */
  email: string | null;
  /** The provider says that the address is the person's. */
  emailVerified: boolean;
  /** Empty where the provider tells none, as are the others. */
  firstName: string;
  lastName: string;
  displayName: string;
}

type Claims = Readonly<Record<string, unknown>>;

const longestName = 100;
const longestSubject = 255;
const emailAddress = z.email().max(254);

function text(value: unknown, longest = longestName): string {
  // Control characters would go into mails and lists.
  return typeof value === 'string'
    ? value.replace(/\p{C}/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, longest)
    : '';
}

const isTrue = (value: unknown): boolean =>
  value === true || value === 'true' || value === 1 || value === '1';

/**
 * A person from the claims of an ID token (and of userinfo). Null where the subject is not one.
 *
 * Apple writes `email_verified` as text. Microsoft has no such claim for accounts of companies, and lets their
 * administrators write any address; its optional claim `xms_edov` says that the domain's owner was verified.
 * https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
 */
export function profileOf(claims: Claims, provider: { type: string }): Profile | null {
  const { iss, sub } = claims;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '' || sub.length > longestSubject)
    return null;
  const email = text(claims['email'], 255).toLowerCase();
  // As forms take it: to anything else no mail could be sent.
  const usable = emailAddress.safeParse(email).success;
  const vouched =
    isTrue(claims['email_verified']) || (provider.type === 'microsoft' && isTrue(claims['xms_edov']));
  const firstName = text(claims['given_name']);
  const lastName = text(claims['family_name']);
  const displayName =
    text(claims['name']) || `${firstName} ${lastName}`.trim() || (usable ? email.split('@')[0] : '') || '';
  return {
    issuer: iss,
    subject: sub,
    email: usable ? email : null,
    emailVerified: usable && vouched,
    firstName,
    lastName,
    displayName,
  };
}

const entraIssuer =
  /^https:\/\/login\.microsoftonline\.com\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0$/;

/**
 * Whether the issuer of an ID token is one that `discovered` speaks for. Microsoft's addresses for all tenants give a
 * pattern instead of an issuer; the token must come from the tenant that it names.
 */
export function isIssuerOf(claims: Claims, discovered: string): boolean {
  const { iss, tid } = claims;
  if (!discovered.includes('{tenantid}')) return iss === discovered;
  const tenant = typeof iss === 'string' ? entraIssuer.exec(iss)?.[1] : undefined;
  return tenant !== undefined && tenant === tid;
}
