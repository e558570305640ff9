import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { AreaDeps } from '../deps.ts';
import { clientOf } from '../sign-in/client.ts';
import type { OtpService } from '../sign-in/otp.service.ts';
import type { ContactService } from './contact.service.ts';
import type { PasswordService } from './password.service.ts';
import type { ProfileService } from './profile.service.ts';
import type { RegistrationService } from './registration.service.ts';

export interface AccountServices {
  registration: RegistrationService;
  passwords: PasswordService;
  otp: OtpService;
  profiles: ProfileService;
  contacts: ContactService;
}

const nothing = (): null => null;

/** The REST edge of accounts. */
export function bindRoutes(deps: Pick<AreaDeps, 'respond'>, services: AccountServices): BoundRoute[] {
  const { registration, passwords, otp, profiles, contacts } = services;
  return [
    route(accountRoutes.registration, () => registration.about()),
    route(accountRoutes.register, ({ body }) => registration.register(body)),
    route(accountRoutes.sendVerification, ({ body }) => registration.sendVerification(body)),
    route(accountRoutes.verifyByCode, ({ body, req }) =>
      registration.verifyByCode(body, clientOf(req)).then(nothing),
    ),
    route(accountRoutes.verifyByLink, ({ body }) => registration.verifyByLink(body.token).then(nothing)),
    route(accountRoutes.requestPasswordReset, ({ body }) => passwords.requestReset(body)),
    route(accountRoutes.resetPassword, ({ body }) =>
      passwords.reset(body.token, body.password).then(nothing),
    ),
    route(accountRoutes.sendSignInCode, ({ body }) => otp.send(body)),
    route(accountRoutes.signInByCode, async ({ body, req, res }) =>
      deps.respond(res, await otp.signIn(body, clientOf(req))),
    ),
    route(accountRoutes.changePassword, ({ actor, body }) => passwords.change(actor, body).then(nothing)),
    route(accountRoutes.profile, ({ actor }) => profiles.profile(actor)),
    route(accountRoutes.changeProfile, ({ actor, body }) => profiles.change(actor, body)),
    route(accountRoutes.changePreferences, ({ actor, body }) => profiles.changePreferences(actor, body)),
    route(accountRoutes.changeEmail, ({ actor, body }) => contacts.change(actor, body)),
    route(accountRoutes.confirmEmail, ({ actor, body }) => contacts.confirm(actor, 'email', body.code)),
    route(accountRoutes.changePhone, ({ actor, body }) => contacts.change(actor, body)),
    route(accountRoutes.confirmPhone, ({ actor, body }) => contacts.confirm(actor, 'phone', body.code)),
  ];
}
