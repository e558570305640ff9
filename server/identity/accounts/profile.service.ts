import type { PreferenceChanges, ProfileChanges, ProfileView } from '../../../shared/identity/accounts.ts';
import type { MeView } from '../../../shared/identity/contract.ts';
import type { FieldChanges } from '../../../shared/identity/custom-fields.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { changeValues, fieldsOfPerson } from '../custom-fields/values.ts';
import type { AccountService } from './accounts.service.ts';
import type { AccountsDeps } from './deps.ts';
import { normalizePhone } from './phone.ts';
import { presentProfile } from './profile.presenter.ts';
import { findProfile, isUsernameTaken, saveProfile } from './profile.repository.ts';
import type { ProfileRow } from './profile.repository.ts';

/** Where each field is kept. What is not here cannot be changed by its owner. */
const columns = {
  firstName: 'first_name',
  middleName: 'middle_name',
  lastName: 'last_name',
  displayName: 'display_name',
  username: 'username',
  bio: 'bio',
  dateOfBirth: 'date_of_birth',
  gender: 'gender',
  alternatePhone: 'alternate_phone',
  jobTitle: 'job_title',
  location: 'location',
  addressLine1: 'address_line_1',
  addressLine2: 'address_line_2',
  city: 'city',
  stateProvince: 'state_province',
  postalCode: 'postal_code',
  country: 'country',
  emergencyContactName: 'emergency_contact_name',
  emergencyContactPhone: 'emergency_contact_phone',
  emergencyContactRelationship: 'emergency_contact_relationship',
  skills: 'skills',
  socialLinks: 'social_links',
  visibility: 'visibility',
  locale: 'locale',
  timezone: 'timezone',
} as const satisfies Record<keyof Changes, keyof ProfileRow>;

type Changes = Omit<ProfileChanges, 'customFields'> & PreferenceChanges;

/** The own profile and preferences. */
export class ProfileService {
  readonly #deps: AccountsDeps;
  readonly #accounts: AccountService;

  constructor(deps: AccountsDeps, accounts: AccountService) {
    this.#deps = deps;
    this.#accounts = accounts;
  }

  async profile(actor: UserActor): Promise<ProfileView> {
    const em = this.#deps.db.em();
    const row = await findProfile(em, actor.userId);
    if (!row) throw new AppError('not_found');
    return presentProfile(row, await fieldsOfPerson(em, actor.userId));
  }

  /**
   * @throws AppError already_exists for a username that somebody has; invalid_input for a birthday to come, and for a field of
   *   the organization (`customFields.<key>`) that does not fit or is required and empty
   */
  async change(actor: UserActor, changes: ProfileChanges): Promise<ProfileView> {
    const { clock } = this.#deps;
    if (changes.dateOfBirth && changes.dateOfBirth > clock.now().toISOString().slice(0, 10))
      throw refused('dateOfBirth', 'This day is still to come.');
    const { customFields = {}, ...wanted } = changes;
    for (const field of ['alternatePhone', 'emergencyContactPhone'] as const) {
      const number = changes[field];
      if (number) wanted[field] = normalizePhone(number, field);
    }
    await this.#save(actor, wanted, customFields);
    return this.profile(actor);
  }

  async changePreferences(actor: UserActor, changes: PreferenceChanges): Promise<MeView> {
    await this.#save(actor, changes);
    return this.#accounts.me(actor.userId, actor.organizationId);
  }

  /** @param customFields left out: nothing is asked about them */
  async #save(actor: UserActor, changes: Changes, customFields?: FieldChanges): Promise<void> {
    try {
      await this.#deps.db.transaction((tx) => this.#saveIn(tx, actor, changes, customFields));
    } catch (error) {
      if (sqlState(error) === '23505')
        throw new AppError('already_exists', { field: 'username' }, { cause: error });
      throw error;
    }
  }

  async #saveIn(
    tx: Transaction,
    actor: UserActor,
    changes: Changes,
    customFields: FieldChanges | undefined,
  ): Promise<void> {
    const { clock, ids, audit } = this.#deps;
    const row = await findProfile(tx.em, actor.userId, { lock: true });
    if (!row) throw new AppError('not_found');
    const { username } = changes;
    if (username && (await isUsernameTaken(tx.em, username, actor.userId)))
      throw new AppError('already_exists', { field: 'username' });
    const values = new Map<string, unknown>();
    const old: Record<string, unknown> = {};
    const fresh: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(changes) as [keyof typeof columns, unknown][]) {
      const column = columns[field];
      if (value === undefined || JSON.stringify(row[column]) === JSON.stringify(value)) continue;
      values.set(column, value);
      old[field] = row[column];
      fresh[field] = value;
    }
    const now = clock.now();
    const own = customFields && (await changeValues(tx.em, actor.userId, customFields, 'person', now));
    if (values.size === 0 && !own) return;
    await saveProfile(tx.em, actor.userId, ids.uuid(), values, now);
    audit.record(tx, {
      actor,
      action: 'user.profile_changed',
      category: 'data_change',
      severity: 'low',
      resourceType: 'user',
      resourceId: actor.userId,
      old: { ...old, ...own?.old },
      new: { ...fresh, ...own?.new },
    });
  }
}

const refused = (path: string, message: string): AppError<'invalid_input'> =>
  new AppError('invalid_input', { errors: [{ path, code: 'invalid_value', message }] });
