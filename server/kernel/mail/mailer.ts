import type { Transaction } from '../db/database.ts';

/** A mail as a feature writes it: plain text first, HTML is made from it. Addresses and subject may hold no line break. */
export interface Mail {
  to: string;
  subject: string;
  /** Paragraphs; a line that is an address alone becomes the button of the HTML form. */
  text: string;
}

/** A text message to a phone number in E.164. */
export interface TextMessage {
  to: string;
  text: string;
}

/**
 * Sends mail and text messages. What is given is sealed, queued in the caller's transaction, sent after its commit and tried
 * again until it is accepted. Without SMTP_URL everything goes to the mailbox at `/dev/mail` (development and test), and in
 * production nothing can be sent.
 */
export interface Mailer {
  /** Whether mail can be sent at all; features refuse with `mail_unavailable` before they promise one. */
  canMail: boolean;
  /** Whether text messages can be sent; `sms_unavailable`. */
  canText: boolean;
  mail(tx: Transaction, mail: Mail): Promise<void>;
  text(tx: Transaction, message: TextMessage): Promise<void>;
  /**
   * A job like the others that sends nothing: for answers that must not tell by the work they cost whether there was anybody
   * to write to.
   */
  nothing(tx: Transaction): Promise<void>;
}
