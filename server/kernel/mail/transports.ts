import { createTransport } from 'nodemailer';

/** A mail or a text message on its way; `id` is the same at every try, so that receivers can tell repeats. */
export type Outgoing =
  | { id: string; channel: 'mail'; to: string; subject: string; text: string; html: string }
  | { id: string; channel: 'sms'; to: string; text: string };

/** Hands one message over. @throws Error when it was not accepted; without addresses or texts in the message. */
export type Transport = (message: Outgoing) => Promise<void>;

const waitMs = 15_000;

/** Sends mails to an SMTP server. */
export function smtpTransport(options: { url: string; from: string }): Transport {
  const smtp = createTransport({
    url: options.url,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    // Nothing in a mail may name a file or an address to be fetched by the server.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (message) => {
    if (message.channel !== 'mail') throw new Error('a text message cannot go by SMTP');
    const { id, to, subject, text, html } = message;
    try {
      await smtp.sendMail({
        from: options.from,
        // As an object it is one address whatever it holds.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@lectern>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      // The server's answer may repeat the address, and what is thrown here is stored with the job.
      const { code, responseCode } = error as { code?: string; responseCode?: number };
      // oxlint-disable-next-line preserve-caught-error -- its text would be stored with the job
      throw new Error(`the SMTP server did not take a mail (${code ?? 'unknown'} ${responseCode ?? ''})`);
    }
  };
}

/** Posts text messages as JSON `{ to, text }`. */
export function smsTransport(options: { url: string; token?: string }): Transport {
  return async (message) => {
    const response = await fetch(options.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': message.id,
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      },
      body: JSON.stringify({ to: message.to, text: message.text }),
      redirect: 'error',
      signal: AbortSignal.timeout(waitMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the SMS gateway answered ${response.status}`);
  };
}
