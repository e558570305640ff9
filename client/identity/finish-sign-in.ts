import type { SignInReply } from '../../shared/identity/contract.ts';
import { serverNow } from '../kernel/server-clock.ts';
import { setSignedIn } from '../kernel/sign-in-state.ts';
import { askSecondFactor } from './two-factor/question.ts';

/** What every way to sign in does with the server's answer: signed in, or on to the second factor. */
export function finishSignIn(reply: SignInReply): void {
  if ('accessToken' in reply) {
    askSecondFactor(null);
    setSignedIn(reply, serverNow());
  } else askSecondFactor(reply.mfa);
}
