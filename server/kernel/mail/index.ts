import type { Router } from 'express';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Logger } from '../logger.ts';
import type { Secrets } from '../secrets.ts';
import type { Mailer } from './mailer.ts';

export type { Mail, Mailer, TextMessage } from './mailer.ts';

export interface MailDeps {
  config: Pick<
    Config,
    'SMTP_URL' | 'MAIL_FROM' | 'SMS_WEBHOOK_URL' | 'SMS_WEBHOOK_TOKEN' | 'DATA_DIR' | 'production'
  >;
  jobs: Jobs;
  secrets: Secrets;
  clock: Clock;
  log: Logger;
}

/** The mailer, and the pages of the development mailbox (null where there is none). */
export function createMailer(_deps: MailDeps): { mailer: Mailer; devMailbox: Router | null } {
  return {
    mailer: { canMail: false, canText: false, mail: async () => undefined, text: async () => undefined },
    devMailbox: null,
  };
}
