import type { EntityManager } from '@mikro-orm/postgresql';
import { stepUpMinutes } from '../../../shared/identity/two-factor.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';

/** Ways in which somebody can prove again who they are. None: they sign in anew. */
export type StepUpMethod = 'password' | 'totp' | 'recovery_code';

const stepUpMs = stepUpMinutes * 60_000;

/** Until when a proof of this moment counts. */
export const steppedUpUntil = (provenAt: Date): Date => new Date(provenAt.getTime() + stepUpMs);

/**
 * The ways that are open to an account. Where there is a second factor it has to be that: a found session and a known
 * password would be enough otherwise for what the second factor is to keep others from.
 */
export function stepUpMethods(account: {
  hasPassword: boolean;
  enabled: boolean;
  recoveryCodesLeft: number;
}): StepUpMethod[] {
  if (account.enabled) return account.recoveryCodesLeft > 0 ? ['totp', 'recovery_code'] : ['totp'];
  return account.hasPassword ? ['password'] : [];
}

interface StepUpRow {
  proven_at: string | null;
  has_password: boolean;
  enabled: boolean;
  left: number;
}

/**
 * Whether somebody proved within the last ten minutes who they are: at the sign-in, or since. For what a stolen access token
 * must not be enough for.
 * @throws AppError step_up_required, with the methods that are open to them; api_key_refused
 */
export async function assertSteppedUp(em: EntityManager, actor: UserActor, now: Date): Promise<void> {
  if (actor.apiKey) throw new AppError('api_key_refused');
  const [row] = await em.execute<StepUpRow[]>(
    `select s.data->>'provenAt' as proven_at, u.password_hash is not null as has_password, u.two_factor_enabled as enabled,
       (select count(*)::int from two_factor_recovery_codes c where c.user_id = u.id and c.used_at is null) as left
     from auth_sessions s join users u on u.id = s.user_id where s.id = ? and s.user_id = ?`,
    [actor.authSessionId, actor.userId],
  );
  if (row?.proven_at && steppedUpUntil(new Date(row.proven_at)) > now) return;
  const methods = row
    ? stepUpMethods({ hasPassword: row.has_password, enabled: row.enabled, recoveryCodesLeft: row.left })
    : [];
  throw new AppError('step_up_required', { methods });
}

/** Notes that the person of a sign-in has proved who they are. */
export async function noteProof(
  em: EntityManager,
  authSessionId: string,
  now: Date,
  options: { mfa: boolean },
): Promise<void> {
  await em.execute(
    `update auth_sessions set data = data || jsonb_build_object('provenAt', ?::text)
       ${options.mfa ? ', mfa_verified_at = ?' : ''} where id = ?`,
    [now.toISOString(), ...(options.mfa ? [now] : []), authSessionId],
  );
}
