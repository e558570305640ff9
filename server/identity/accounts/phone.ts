import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AppError } from '../../kernel/errors.ts';

/**
 * A telephone number as it is stored (E.164): the same number in another notation is the same text.
 * @throws AppError invalid_input for what is no number that can be called, or has no country code
 */
export function normalizePhone(text: string, path = 'phone'): string {
  const number = phoneNumber(text);
  if (number) return number;
  throw new AppError('invalid_input', {
    errors: [
      {
        path,
        code: 'invalid_phone',
        message: 'Enter a phone number with its country code, such as +49 151 23456789.',
      },
    ],
  });
}

/** The number in E.164, or null. */
export function phoneNumber(text: string): string | null {
  const parsed = parsePhoneNumberFromString(text.trim());
  // An extension cannot get a text message.
  return parsed?.isValid() && !parsed.ext ? parsed.number : null;
}

/** What somebody typed to be known by, as it is stored: an e-mail address, a phone number, or a username. */
export function identify(text: string): { field: 'email' | 'phone' | 'username'; value: string } {
  if (text.includes('@')) return { field: 'email', value: text };
  return text.startsWith('+')
    ? { field: 'phone', value: phoneNumber(text) ?? text }
    : { field: 'username', value: text };
}
