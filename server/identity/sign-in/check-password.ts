import type { Config } from '../../kernel/config.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { isBreached } from './breached.ts';
import { passwordReasons } from './password-rules.ts';

/**
 * Lets a new password through or says why not.
 * @param about the person's own words: names, addresses
 * @param least `auth.password_min_length` of the organization, or of the strictest
 * @throws AppError weak_password with reasons, breached_password
 */
export async function checkPassword(
  deps: { config: Pick<Config, 'PASSWORD_BREACH_URL'>; log: Logger },
  password: string,
  about: readonly (string | null | undefined)[],
  least?: number,
): Promise<void> {
  const reasons = passwordReasons(password, about, least);
  if (reasons.length > 0) throw new AppError('weak_password', { reasons });
  if (await isBreached(password, { url: deps.config.PASSWORD_BREACH_URL, log: deps.log }))
    throw new AppError('breached_password');
}
