import type { Response } from 'express';
import type { Audit } from '../audit/index.ts';
import type { Files } from '../files/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Config } from '../kernel/config.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Notices } from '../kernel/db/notices.ts';
import type { Outbox } from '../kernel/db/outbox.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Mailer } from '../kernel/mail/index.ts';
import type { Secrets } from '../kernel/secrets.ts';
import type { Tokens } from '../kernel/tokens.ts';
import type { SignInReply } from '../../shared/identity/contract.ts';
import type { Access } from './access/access.ts';
import type { OpenSession, SessionService } from './sessions/sessions.service.ts';
import type { MfaRequired } from './sign-in/complete.ts';

/** What every part of identity is built from. */
export interface IdentityDeps {
  db: Database;
  outbox: Outbox;
  notices: Notices;
  jobs: Jobs;
  tokens: Tokens;
  secrets: Secrets;
  mailer: Mailer;
  audit: Audit;
  access: Access;
  files: Files;
  clock: Clock;
  ids: Ids;
  log: Logger;
  config: Pick<
    Config,
    'OIDC_PROVIDERS' | 'PASSWORD_BREACH_URL' | 'PUBLIC_URL' | 'PORT' | 'production' | 'demo'
  >;
  /** Whether the refresh cookie is for HTTPS only. */
  secureCookies: boolean;
  /** The address that people open, without a slash at the end: for links in mails. Known for certain once the server listens. */
  publicUrl(): string;
}

/** What the areas get besides: sign-ins, and the answer that every way to sign in gives. */
export interface AreaDeps extends IdentityDeps {
  sessions: SessionService;
  /** Sets the refresh cookie and answers the access token (200), or asks for the second factor (202). */
  respond(res: Response, outcome: OpenSession | MfaRequired): Promise<SignInReply>;
}

/** One part of identity: its REST operations, and what it cleans up again and again. */
export interface Area {
  routes: BoundRoute[];
  /** Every five minutes, by one node. */
  sweep?(): Promise<void>;
}
