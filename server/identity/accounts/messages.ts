import type { Transaction } from '../../kernel/db/database.ts';
import type { Mailer } from '../../kernel/mail/index.ts';
import type { IssuedProof } from '../proofs/index.ts';
import type { Address } from './address.ts';
import type { Notice } from './notices.ts';

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

/** How long something is good for, in words: "90 minutes", "2 days". */
export function lasting(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 72 ? counted(hours, 'hour') : counted(Math.round(hours / 24), 'day');
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const shortCode = ({ secret, lifeMs }: IssuedProof): string =>
  `${secret} is your Lectern code. It is good for ${lasting(lifeMs)}. Give it to nobody.`;

/** Code and, by e-mail, link that confirm an address. */
export function sendVerification(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  { code, link }: { code: IssuedProof; link: IssuedProof | null },
): Promise<void> {
  const byLink = link
    ? `Open this page and confirm there:\n\n${deps.publicUrl()}/verify-email?token=${link.secret}\n\nOr type this code: ${code.secret}\n\nThe link is good for ${lasting(link.lifeMs)}, the code for ${lasting(code.lifeMs)}.`
    : `Type this code: ${code.secret}\n\nIt is good for ${lasting(code.lifeMs)}.`;
  return send(deps, tx, to, {
    subject: 'Confirm your e-mail address',
    text: `Somebody, we hope you, registered at Lectern with this e-mail address and chose a password. Confirm that it is yours only if it was you.\n\n${byLink} If you did not register, leave this mail alone: nothing happens without you.`,
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
  { secret, lifeMs }: IssuedProof,
): Promise<void> {
  const link = `${deps.publicUrl()}/reset-password?token=${secret}`;
  return send(deps, tx, to, {
    subject: 'Finish your registration',
    text: `There was a registration with this e-mail address before, which was not confirmed. Open this link to choose a password and to finish:\n\n${link}\n\nThe link is good for ${lasting(lifeMs)}. If you did not register, leave this mail alone.`,
    short: `Finish your Lectern registration: ${link}`,
  });
}

export function sendPasswordReset(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  { secret, lifeMs }: IssuedProof,
): Promise<void> {
  const link = `${deps.publicUrl()}/reset-password?token=${secret}`;
  return send(deps, tx, to, {
    subject: 'Choose a new password',
    text: `Open this link to choose a new password:\n\n${link}\n\nThe link is good for ${lasting(lifeMs)} and works once. If you did not ask for it, leave this mail alone: your password stays as it is.`,
    short: `Choose a new Lectern password within ${lasting(lifeMs)}: ${link}`,
  });
}

export function sendSignInCode(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  code: IssuedProof,
): Promise<void> {
  return send(deps, tx, to, {
    subject: 'Your code to sign in',
    text: `Type this code to sign in: ${code.secret}\n\nIt is good for ${lasting(code.lifeMs)} and works once. Nobody from Lectern or your school will ever ask you for it. If you did not ask for it, leave this mail alone.`,
    short: shortCode(code),
  });
}

export function sendAddressChange(
  deps: MessageDeps,
  tx: Transaction,
  to: Address,
  code: IssuedProof,
): Promise<void> {
  return send(deps, tx, to, {
    subject: 'Confirm your new e-mail address',
    text: `Type this code to make this the e-mail address of your account: ${code.secret}\n\nIt is good for ${lasting(code.lifeMs)}. If you did not ask for it, leave this mail alone.`,
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

/** @param reset set anew with a link, rather than changed by somebody who was signed in */
export const passwordChanged = (deps: MessageDeps, { reset }: { reset: boolean }): Notice => ({
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your Lectern account was changed, and your other devices were signed out.',
    'If it was not you, choose a new password now:',
    `${deps.publicUrl()}/forgot-password`,
    ...(reset
      ? [
          'API keys, passkeys and linked providers stay as they were. If somebody else may have known your old password, look at them and remove what is not yours:',
          `${deps.publicUrl()}/account/api-keys`,
          `${deps.publicUrl()}/account/ways-to-sign-in`,
        ]
      : []),
  ],
});

export const addressChanged = (what: 'e-mail address' | 'phone number'): Notice => ({
  subject: `Your ${what} was changed`,
  paragraphs: [
    `The ${what} of your Lectern account was changed; this is the last message to the old one.`,
    'If it was not you, tell your school at once.',
  ],
});

/**
 * @param until as the owner reads a moment
 * @param passwordKnown whoever failed had shown the right password before
 */
export const accountLocked = (
  deps: MessageDeps,
  until: string,
  { passwordKnown }: { passwordKnown: boolean },
): Notice => ({
  subject: 'Your account is locked for a while',
  paragraphs: [
    `There were too many wrong passwords or codes for your Lectern account. Nobody can sign in until ${until}.`,
    passwordKnown
      ? 'If it was you, wait or use a recovery code then. If it was not, somebody knows your password and only the second factor has held: choose a new password now.'
      : 'If it was you, wait or choose a new password. If it was not, nobody got in; a second factor makes your account safer still.',
    `${deps.publicUrl()}/forgot-password`,
  ],
});

/** @param device such as "Firefox 140, Windows 11" @param at as the owner reads a moment */
export const newDevice = (deps: MessageDeps, device: string, at: string): Notice => ({
  subject: 'A new device signed in to your account',
  paragraphs: [
    `Somebody signed in to your Lectern account on a kind of device that was not used before: ${device}, on ${at}.`,
    'If it was you, there is nothing to do. If not, sign that device out and change your password:',
    `${deps.publicUrl()}/account/devices`,
  ],
});

export const tokenReused = (deps: MessageDeps): Notice => ({
  subject: 'A device was signed out for your safety',
  paragraphs: [
    'A sign-in of your Lectern account was used from two places at once, as if it had been copied. It was ended for both.',
    'It may have been a restored backup of your browser. If you know of none, change your password and look at your devices:',
    `${deps.publicUrl()}/account/devices`,
  ],
});
