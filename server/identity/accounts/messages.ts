import type { Transaction } from '../../kernel/db/database.ts';
import type { Mailer } from '../../kernel/mail/index.ts';
import type { Address } from './address.ts';

/** What is needed to write to somebody. */
export interface MessageDeps {
  mailer: Mailer;
  publicUrl(): string;
}

/** A mail, and the short form of it for a phone. No names in them: whoever registers chooses the name and the address. */
interface Message {
  subject: string;
  text: string;
  short: string;
}

async function send(deps: MessageDeps, tx: Transaction, to: Address, message: Message): Promise<void> {
  if (to.channel === 'sms') await deps.mailer.text(tx, { to: to.value, text: message.short });
  else await deps.mailer.mail(tx, { to: to.value, subject: message.subject, text: message.text });
}

const shortCode = (code: string): string =>
  `${code} is your Lectern code. It is good for 10 minutes. Give it to nobody.`;

/** Code and, by e-mail, link that confirm an address. */
export function sendVerification(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  secrets: { code: string; token: string | null },
): Promise<void> {
  const { code, token } = secrets;
  const link = `${deps.publicUrl()}/verify-email?token=${token}`;
  return send(deps, tx, to, {
    subject: 'Confirm your e-mail address',
    text: `Welcome to Lectern.\n\nOpen this link to confirm your e-mail address:\n\n${link}\n\nOr type this code: ${code}\n\nThe link is good for 48 hours, the code for 10 minutes. If you did not register, leave this mail alone: nothing happens without you.`,
    short: shortCode(code),
  });
}

/** Somebody registered with an address that has an account. */
export function sendAlreadyRegistered(deps: MessageDeps, tx: Transaction, to: Address): Promise<void> {
  return send(deps, tx, to, {
    subject: 'You already have an account',
    text: `Somebody, probably you, tried to register at Lectern with this e-mail address. You already have an account: sign in with it.\n\n${deps.publicUrl()}/sign-in\n\nIf you have forgotten your password, choose a new one:\n\n${deps.publicUrl()}/forgot-password\n\nIf it was not you, there is nothing to do.`,
    short: `You already have a Lectern account with this number. Sign in at ${deps.publicUrl()}/sign-in`,
  });
}

/** Registered again before the first registration was confirmed: only the link may choose the password, as either may have been somebody else. */
export function sendFinishRegistration(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  token: string,
): Promise<void> {
  const link = `${deps.publicUrl()}/reset-password?token=${token}`;
  return send(deps, tx, to, {
    subject: 'Finish your registration',
    text: `There was a registration with this e-mail address before, which was not confirmed. Open this link to choose a password and to finish:\n\n${link}\n\nThe link is good for 30 minutes. If you did not register, leave this mail alone.`,
    short: `Finish your Lectern registration: ${link}`,
  });
}

export function sendPasswordReset(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  token: string,
): Promise<void> {
  const link = `${deps.publicUrl()}/reset-password?token=${token}`;
  return send(deps, tx, to, {
    subject: 'Choose a new password',
    text: `Open this link to choose a new password:\n\n${link}\n\nThe link is good for 30 minutes and works once. If you did not ask for it, leave this mail alone: your password stays as it is.`,
    short: `Choose a new Lectern password within 30 minutes: ${link}`,
  });
}

export function sendSignInCode(deps: MessageDeps, tx: Transaction, to: Address, code: string): Promise<void> {
  return send(deps, tx, to, {
    subject: 'Your code to sign in',
    text: `Type this code to sign in: ${code}\n\nIt is good for 10 minutes and works once. Nobody from Lectern or your school will ever ask you for it. If you did not ask for it, leave this mail alone.`,
    short: shortCode(code),
  });
}

export function sendAddressChange(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  code: string,
): Promise<void> {
  return send(deps, tx, to, {
    subject: 'Confirm your new e-mail address',
    text: `Type this code to make this the e-mail address of your account: ${code}\n\nIt is good for 10 minutes. If you did not ask for it, leave this mail alone.`,
    short: shortCode(code),
  });
}

/** Somebody wanted to take an address that is another account's. */
export function sendAddressInUse(deps: MessageDeps, tx: Transaction, to: Address): Promise<void> {
  return send(deps, tx, to, {
    subject: 'Your e-mail address was entered by somebody else',
    text: 'Somebody with another account tried to take this e-mail address. It belongs to your account, and nothing was changed. If you have two accounts, sign in to this one and change its address first.',
    short: 'Somebody tried to take this number for another Lectern account. Nothing was changed.',
  });
}

/** Where a notice about the account goes: the e-mail address, also an unconfirmed one, else the phone. */
export async function sendNotice(
  deps: MessageDeps,
  tx: Transaction,
  account: { email: string | null; phone: string | null },
  notice: { subject: string; paragraphs: readonly string[] },
): Promise<void> {
  const { mailer } = deps;
  const text = notice.paragraphs.join('\n\n');
  if (account.email !== null && mailer.canMail)
    await mailer.mail(tx, { to: account.email, subject: notice.subject, text });
  else if (account.phone !== null && mailer.canText)
    await mailer.text(tx, { to: account.phone, text: notice.paragraphs[0] ?? notice.subject });
}

export const passwordChanged = (deps: MessageDeps) => ({
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your Lectern account was changed, and your other devices were signed out.',
    'If it was not you, choose a new password now:',
    `${deps.publicUrl()}/forgot-password`,
  ],
});

export const addressChanged = (what: 'e-mail address' | 'phone number') => ({
  subject: `Your ${what} was changed`,
  paragraphs: [
    `The ${what} of your Lectern account was changed; this is the last message to the old one.`,
    'If it was not you, tell your school at once.',
  ],
});

/** @param until shown in UTC: the reader's time zone is not known for certain */
export const accountLocked = (deps: MessageDeps, until: Date) => ({
  subject: 'Your account is locked for a while',
  paragraphs: [
    `There were too many wrong passwords or codes for your Lectern account. Nobody can sign in until ${until.toISOString().slice(11, 16)} UTC.`,
    'If it was you, wait or choose a new password. If it was not, your password has held; a second factor makes your account safer still.',
    `${deps.publicUrl()}/forgot-password`,
  ],
});
