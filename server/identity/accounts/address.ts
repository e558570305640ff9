import type { AccountAddress } from '../../../shared/identity/accounts.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Mailer } from '../../kernel/mail/index.ts';
import { normalizePhone } from './phone.ts';

/** An address that an account is known by, as it is stored. */
export interface Address {
  field: 'email' | 'phone';
  channel: 'email' | 'sms';
  value: string;
}

/** @throws AppError invalid_input for a number that nobody can have */
export function addressOf(given: AccountAddress): Address {
  return given.email === undefined
    ? { field: 'phone', channel: 'sms', value: normalizePhone(given.phone ?? '') }
    : { field: 'email', channel: 'email', value: given.email };
}

/** @throws AppError mail_unavailable, sms_unavailable before anything is promised */
export function assertCanSend(
  mailer: Pick<Mailer, 'canMail' | 'canText'>,
  channel: Address['channel'],
): void {
  if (channel === 'email' && !mailer.canMail) throw new AppError('mail_unavailable');
  if (channel === 'sms' && !mailer.canText) throw new AppError('sms_unavailable');
}
