import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Router } from 'express';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Logger } from '../logger.ts';
import type { Secrets } from '../secrets.ts';
import { createDevMailbox } from './dev-mailbox.ts';
import { htmlOf } from './html.ts';
import type { Mailer } from './mailer.ts';
import { smsTransport, smtpTransport } from './transports.ts';
import type { Outgoing, Transport } from './transports.ts';

export type { Mail, Mailer, TextMessage } from './mailer.ts';
export { written } from './written.ts';

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

const queue = 'mail.send';
const longest = { subject: 200, text: 20_000, sms: 1000 };

/** What `nothing` seals: about as long as a mail. */
interface Decoy {
  id: string;
  channel: 'none';
  filler: string;
}
const filler = ' '.repeat(2000);

/** A job as the queue keeps it: what is sealed holds addresses, names, and links that open accounts. */
interface Sealed {
  id: string;
  /** Base64. */
  sealed: string;
}

/** The mailer, and the pages of the development mailbox (null where there is none). */
export function createMailer(deps: MailDeps): { mailer: Mailer; devMailbox: Router | null } {
  const { config, jobs, secrets, clock, log } = deps;
  const mailbox =
    config.production || config.SMTP_URL
      ? null
      : createDevMailbox({ folder: join(config.DATA_DIR, 'mail'), clock });
  const transports: Record<Outgoing['channel'], Transport | null> = {
    mail: config.SMTP_URL
      ? smtpTransport({ url: config.SMTP_URL, from: config.MAIL_FROM })
      : (mailbox?.deliver ?? null),
    sms: config.SMS_WEBHOOK_URL
      ? smsTransport({ url: config.SMS_WEBHOOK_URL, token: config.SMS_WEBHOOK_TOKEN })
      : (mailbox?.deliver ?? null),
  };

  jobs.queue<Sealed>(queue, async ({ id, sealed }) => {
    const opened = secrets.open(about(id), Buffer.from(sealed, 'base64')).toString();
    const message = JSON.parse(opened) as Outgoing | Decoy;
    if (message.channel === 'none') return;
    const transport = transports[message.channel];
    if (!transport) throw new Error(`there is no way to send a ${message.channel}`);
    const accepted = await transport(message).then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error, messageId: id, channel: message.channel }, 'a message was not accepted');
        return false;
      },
    );
    // The queue keeps why a job failed, in clear text; what a mail server says names whom the message was for.
    if (!accepted) throw new Error('the message was not accepted');
  });

  const enqueue = (tx: Parameters<Jobs['send']>[0], message: Outgoing | Decoy): Promise<void> => {
    const sealed = secrets.seal(about(message.id), JSON.stringify(message)).toString('base64');
    return jobs.send(tx, queue, { id: message.id, sealed } satisfies Sealed);
  };

  return {
    mailer: {
      canMail: transports.mail !== null,
      canText: transports.sms !== null,
      async mail(tx, { to, subject, text }) {
        if (!transports.mail) throw new AppError('mail_unavailable');
        if (!oneAddress.test(to)) throw refused('to');
        if (unprintable(subject) || subject.length > longest.subject) throw refused('subject');
        if (text.length > longest.text) throw refused('text');
        await enqueue(tx, {
          id: randomUUID(),
          channel: 'mail',
          to,
          subject,
          text,
          html: htmlOf(subject, text),
        });
      },
      async text(tx, { to, text }) {
        if (!transports.sms) throw new AppError('sms_unavailable');
        if (!phoneNumber.test(to)) throw refused('to');
        if (text.length > longest.sms) throw refused('text');
        await enqueue(tx, { id: randomUUID(), channel: 'sms', to, text });
      },
      nothing: (tx) => enqueue(tx, { id: randomUUID(), channel: 'none', filler }),
    },
    devMailbox: mailbox?.router ?? null,
  };
}

const about = (id: string): string => `mail:${id}`;

/** One bare address: no list, no name, no line break that would begin a header of its own. */
const oneAddress = /^[^\s<>,;:"()]+@[^\s<>,;:"()@]+$/;
const phoneNumber = /^\+[1-9]\d{6,14}$/;
/** Line breaks would begin a header of their own. */
const unprintable = (text: string): boolean => /\p{Cc}/u.test(text);

const refused = (path: string): AppError<'invalid_input'> =>
  new AppError('invalid_input', {
    errors: [{ path, code: 'invalid_format', message: 'This cannot stand in a message.' }],
  });
