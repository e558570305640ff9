import type { EntityManager } from '@mikro-orm/postgresql';
import { setting } from '../settings.ts';
import type { ProofRules } from './proof.ts';

const second = 1000;
const minute = 60 * second;

/** The rules for proofs as the installation has set them. */
export async function readRules(em: EntityManager): Promise<ProofRules> {
  return {
    otpMs: (await setting(em, null, 'auth.otp_ttl_seconds')) * second,
    resetLinkMs: (await setting(em, null, 'auth.reset_ttl_minutes')) * minute,
    linkMs: (await setting(em, null, 'auth.verification_ttl_hours')) * 60 * minute,
    attempts: await setting(em, null, 'auth.otp_max_attempts'),
    resendMs: (await setting(em, null, 'auth.otp_resend_seconds')) * second,
  };
}
