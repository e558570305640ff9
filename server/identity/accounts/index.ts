import type { Area, AreaDeps } from '../deps.ts';
import { createProofs } from '../proofs/index.ts';
import type { Attempts } from '../sign-in/attempts.ts';
import { sweepPhantoms } from '../sign-in/phantom-lockouts.ts';
import { OtpService } from '../sign-in/otp.service.ts';
import { bindRoutes } from './accounts.routes.ts';
import { AccountService } from './accounts.service.ts';
import { ContactService } from './contact.service.ts';
import { PasswordService } from './password.service.ts';
import { ProfileService } from './profile.service.ts';
import { RegistrationService } from './registration.service.ts';

/** Accounts: registration, verification, passwords, profiles. `attempts`: what the sign-in counts with. */
export function createAccounts(area: AreaDeps & { attempts: Attempts }): Area {
  const proofs = createProofs(area);
  const deps = { ...area, proofs };
  const accounts = new AccountService(area);
  return {
    routes: bindRoutes(area, {
      registration: new RegistrationService(deps),
      passwords: new PasswordService(deps),
      otp: new OtpService(deps),
      profiles: new ProfileService(deps, accounts),
      contacts: new ContactService(deps, accounts),
    }),
    async sweep() {
      await proofs.sweep();
      await sweepPhantoms(area.db.em(), area.clock.now());
    },
  };
}
