import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type {
  NewPersonInput,
  PeopleFilter,
  PersonChanges,
  PersonDetailView,
  PersonView,
  SuspensionInput,
} from '../../../shared/identity/people.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { giverIn, mayTouchAccount } from '../access/giver.ts';
import { createAccount } from '../accounts/create-account.ts';
import { tellAccount, tellAddresses } from '../accounts/notices.ts';
import { momentForUser } from '../accounts/reader.ts';
import { changeValues, fieldsOfPerson } from '../custom-fields/values.ts';
import type { AreaDeps } from '../deps.ts';
import type { RevokeReason } from '../sessions/auth-session.entity.ts';
import { invite } from './invite.ts';
import { assertManager, releaseReports } from './manager.ts';
import { handsOff } from './people.policy.ts';
import { presentDetail, presentPerson, restorableUntil } from './people.presenter.ts';
import {
  clearSecondFactor,
  findPerson,
  listPeople,
  membershipsOf,
  reactivate,
  setAccount,
  setProfile,
  takenField,
  voidProofs,
} from './people.repository.ts';
import type { PersonDetailRow, PlaceInList } from './people.repository.ts';

const cursorShape = z.tuple([z.string(), z.uuid()]);

/** One change to somebody's account: what is asked for first, and what is done then. */
interface Act {
  permission: Permission;
  /** `user.suspended` and the like, for the audit trail. */
  action: string;
  /** Whether it may be done to one's own account. */
  onSelf?: boolean;
  severity?: 'medium' | 'high';
}

/** What a change leaves in the audit trail. */
interface Done {
  old?: Record<string, unknown>;
  new?: Record<string, unknown>;
}

/** The people of an organization, for those who look after them. */
export class PeopleService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async list(
    actor: UserActor,
    organizationId: string,
    filter: PeopleFilter,
  ): Promise<{ items: PersonView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'user.read', organizationId);
    const after = filter.cursor === undefined ? null : readCursor(filter.cursor, filter.sort);
    const rows = await listPeople(em, organizationId, filter, after, this.#deps.clock.now());
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(presentPerson),
      nextCursor: last && rows.length > filter.limit ? writeCursor(last.sort_key, last.id) : null,
    };
  }

  async get(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'user.read', organizationId);
    return this.#present(em, actor, organizationId, userId);
  }

  /** @throws AppError role_level, already_exists, weak_password, breached_password, mail_unavailable */
  async create(actor: UserActor, organizationId: string, input: NewPersonInput): Promise<PersonDetailView> {
    const { db, mailer } = this.#deps;
    const userId = await this.#transaction(async (tx) => {
      await this.#require(tx.em, actor, 'user.create', organizationId);
      const giver = await giverIn(this.#deps.access, tx.em, actor, organizationId);
      if (!giver.mayGiveNamed(input.role)) throw new AppError('role_level');
      const byLink = input.password === undefined && input.email !== undefined;
      if (byLink && !mailer.canMail) throw new AppError('mail_unavailable');
      const user = await createAccount(this.#deps, tx, {
        email: input.email ?? null,
        phone: input.phone ?? null,
        displayName: input.displayName,
        firstName: input.firstName,
        lastName: input.lastName,
        password: input.password ?? null,
        role: input.role,
        organizationId,
        status: 'active',
        mustChangePassword: input.password !== undefined,
      });
      await tx.em.flush();
      const now = this.#deps.clock.now();
      await setProfile(tx.em, user.id, profileColumns(input), now);
      this.#audit(tx, actor, organizationId, user.id, 'user.created', {
        new: { displayName: user.displayName, email: user.email ?? null, role: input.role },
      });
      if (byLink) await invite(this.#deps, tx, user.id, organizationId, { purpose: 'onboarding' });
      return user.id;
    });
    return this.#present(db.em(), actor, organizationId, userId);
  }

  /**
   * @throws AppError already_exists; own_account for one's own addresses, which are confirmed on one's own page; manager_cycle;
   *   invalid_input with `customFields.<key>` for a value that does not fit its field, and for a manager who is no member
   */
  async update(
    actor: UserActor,
    organizationId: string,
    userId: string,
    changes: PersonChanges,
  ): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.updated', onSelf: true };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      const next = { ...accountColumns(changes), ...profileColumns(changes) };
      const changed = Object.fromEntries(
        Object.entries(next).filter(([name, value]) => person[name as keyof PersonDetailRow] !== value),
      );
      const values =
        changes.customFields &&
        (await changeValues(tx.em, userId, changes.customFields, 'administration', now));
      if (Object.keys(changed).length === 0) return values ?? null;
      const newContact = 'email' in changed || 'phone' in changed;
      if (newContact && actor.userId === userId) throw new AppError('own_account');
      const contact = { email: person.email, phone: person.phone, ...changed };
      if (contact.email === null && contact.phone === null) throw needed('email');
      const taken = await takenField(tx.em, userId, changed);
      if (taken) throw new AppError('already_exists', { field: taken });
      if (changes.managerId && 'manager_id' in changed)
        await assertManager(tx.em, organizationId, userId, changes.managerId);
      await setAccount(tx.em, userId, confirmAgain(pick(changed, accountNames)), now);
      await setProfile(tx.em, userId, pick(changed, profileNames), now);
      // A link that went to the old address must not open the account any more.
      if (newContact) await voidProofs(tx.em, userId, now);
      if ('email' in changed) await this.#tellOldAddress(tx, person);
      const old = pick(person as unknown as Record<string, unknown>, Object.keys(changed));
      return { old: { ...old, ...values?.old }, new: { ...changed, ...values?.new } };
    });
  }

  /** @param suspension an end in the past is refused */
  async suspend(
    actor: UserActor,
    organizationId: string,
    userId: string,
    suspension: SuspensionInput,
  ): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.suspend', action: 'user.suspended', severity: 'high' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      const until = suspension.until === null ? null : new Date(suspension.until);
      if (until && until <= now) throw inThePast();
      await setAccount(
        tx.em,
        userId,
        {
          ...waitsAgain(person),
          status: 'suspended',
          suspended_until: until,
          suspension_reason: suspension.reason,
        },
        now,
      );
      await this.#endSessions(tx, actor, userId, 'suspended');
      await tellAccount(this.#deps, tx, userId, {
        subject: 'Your account is suspended',
        paragraphs: [
          until === null
            ? 'Your account was suspended until further notice.'
            : `Your account was suspended until ${await momentForUser(tx.em, userId, until)}.`,
          `The reason given: ${suspension.reason}`,
          'If you think that this is a mistake, ask your school.',
        ],
      });
      return {
        old: { status: person.status },
        new: { status: 'suspended', until: suspension.until, reason: suspension.reason },
      };
    });
  }

  async deactivate(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.suspend', action: 'user.deactivated', severity: 'high' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      if (person.status === 'inactive') throw new AppError('conflict');
      await setAccount(
        tx.em,
        userId,
        { ...waitsAgain(person), status: 'inactive', suspended_until: null, suspension_reason: null },
        now,
      );
      await this.#endSessions(tx, actor, userId, 'admin');
      await tellAccount(this.#deps, tx, userId, {
        subject: 'Your account was put to rest',
        paragraphs: [
          'Somebody who looks after your organization put your account to rest. You cannot sign in with it any more.',
          'If you think that this is a mistake, ask your school.',
        ],
      });
      return { old: { status: person.status }, new: { status: 'inactive' } };
    });
  }

  async reactivate(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.suspend', action: 'user.reactivated' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      if (person.status !== 'suspended' && person.status !== 'inactive') throw new AppError('conflict');
      const status = await reactivate(tx.em, userId, now);
      await tellAccount(this.#deps, tx, userId, {
        subject: 'Your account is active again',
        paragraphs: [
          status === 'active'
            ? 'You can sign in again.'
            : 'You can sign in again as soon as you have confirmed your address.',
          `${this.#deps.publicUrl()}/sign-in`,
        ],
      });
      return { old: { status: person.status }, new: { status } };
    });
  }

  async remove(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.delete', action: 'user.deleted', severity: 'high' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      await setAccount(tx.em, userId, { deleted_at: now }, now);
      await voidProofs(tx.em, userId, now);
      await this.#endSessions(tx, actor, userId, 'admin');
      const reports = await releaseReports(tx.em, userId, now);
      return {
        old: { status: person.status },
        new: { status: 'deleted', ...(reports > 0 ? { reportsWithoutManager: reports } : {}) },
      };
    });
  }

  /** @throws AppError too_late, already_exists when somebody else has the addresses now */
  async restore(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.delete', action: 'user.restored' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      const until = restorableUntil(person);
      if (until === null) throw new AppError('conflict');
      if (until <= now) throw new AppError('too_late');
      const taken = await takenField(tx.em, userId, person);
      if (taken) throw new AppError('already_exists', { field: taken });
      await setAccount(tx.em, userId, { deleted_at: null }, now);
      return { old: { status: 'deleted' } };
    });
  }

  async requirePasswordChange(
    actor: UserActor,
    organizationId: string,
    userId: string,
  ): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.password_change_required', onSelf: true };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      // Who has none could not tell the old one, and would be locked out.
      if (!person.has_password) throw new AppError('conflict');
      await setAccount(tx.em, userId, { must_change_password: true }, now);
      if (actor.userId !== userId)
        await tellAccount(this.#deps, tx, userId, {
          subject: 'Choose a new password',
          paragraphs: [
            'Somebody who looks after your organization asks you to choose a new password. You will be asked for it when you next use Lectern.',
            `${this.#deps.publicUrl()}/sign-in`,
          ],
        });
      return { new: { mustChangePassword: true } };
    });
  }

  /** @throws AppError no_address, mail_unavailable */
  async sendPasswordLink(
    actor: UserActor,
    organizationId: string,
    userId: string,
  ): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.password_link_sent', onSelf: true };
    return this.#act(actor, organizationId, userId, act, async (tx, person) => {
      stillThere(person);
      if (person.email === null) throw new AppError('no_address');
      if (!this.#deps.mailer.canMail) throw new AppError('mail_unavailable');
      await invite(this.#deps, tx, userId, organizationId, {
        purpose: person.has_password ? 'password_reset' : 'onboarding',
      });
      return {};
    });
  }

  async unlock(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.unlocked', onSelf: true };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      await setAccount(tx.em, userId, { failed_login_attempts: 0, locked_until: null }, now);
      return { old: { lockedUntil: person.locked_until } };
    });
  }

  async signOut(actor: UserActor, organizationId: string, userId: string): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.signed_out' };
    return this.#act(actor, organizationId, userId, act, async (tx) => {
      const ended = await this.#endSessions(tx, actor, userId, 'admin');
      return { new: { endedSessions: ended } };
    });
  }

  async resetSecondFactor(
    actor: UserActor,
    organizationId: string,
    userId: string,
  ): Promise<PersonDetailView> {
    const act: Act = { permission: 'user.update', action: 'user.second_factor_reset', severity: 'high' };
    return this.#act(actor, organizationId, userId, act, async (tx, person, now) => {
      stillThere(person);
      if (!person.two_factor_enabled) throw new AppError('conflict');
      await clearSecondFactor(tx.em, userId, now);
      await this.#endSessions(tx, actor, userId, 'admin');
      await tellAccount(this.#deps, tx, userId, {
        subject: 'Your second factor was removed',
        paragraphs: [
          'Somebody who looks after your organization removed the second factor from your account. Until you set up a new one, your password is enough to sign in.',
          'If you did not ask for it, tell them at once and change your password:',
          `${this.#deps.publicUrl()}/account/profile`,
        ],
      });
      return { old: { twoFactor: true }, new: { twoFactor: false } };
    });
  }

  /** Loads and locks the person, asks every question of right, does it, notes it, and answers the person as they are then. */
  async #act(
    actor: UserActor,
    organizationId: string,
    userId: string,
    act: Act,
    work: (tx: Transaction, person: PersonDetailRow, now: Date) => Promise<Done | null>,
  ): Promise<PersonDetailView> {
    await this.#transaction(async (tx) => {
      await this.#require(tx.em, actor, act.permission, organizationId);
      const now = this.#deps.clock.now();
      const person = await findPerson(tx.em, organizationId, userId, now, 'for no key update of u');
      if (!person) throw new AppError('not_found');
      if (!act.onSelf && actor.userId === userId) throw new AppError('own_account');
      const why = await this.#handsOff(tx.em, actor, organizationId, person);
      if (why) throw new AppError(why === 'higher_level' ? 'role_level' : 'managed_elsewhere');
      if (!(await mayTouchAccount(this.#deps.access, tx.em, actor, organizationId, userId)))
        throw new AppError('role_level');
      const done = await work(tx, person, now);
      if (done) this.#audit(tx, actor, organizationId, userId, act.action, done, act.severity);
    });
    return this.#present(this.#deps.db.em(), actor, organizationId, userId);
  }

  /** Two people who take the same address at the same time: one of them is told so. */
  async #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.#deps.db.transaction(work);
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      const field = /users_(email|phone|username)_unique/.exec(String(error))?.[1];
      if (!field) throw error;
      throw new AppError('already_exists', { field }, { cause: error });
    }
  }

  async #present(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
    userId: string,
  ): Promise<PersonDetailView> {
    const { access, clock } = this.#deps;
    const now = clock.now();
    const person = await findPerson(em, organizationId, userId, now);
    if (!person) throw new AppError('not_found');
    const visible = [];
    for (const one of await membershipsOf(em, userId)) {
      const subject = { type: 'organization', id: one.organization_id } as const;
      if (one.organization_id === organizationId || (await access.can(em, actor, 'user.read', subject)))
        visible.push(one);
    }
    const mayUpdate = await access.can(em, actor, 'user.update', {
      type: 'organization',
      id: organizationId,
    });
    return presentDetail(person, {
      memberships: visible,
      isSelf: actor.userId === userId,
      handsOff: await this.#handsOff(em, actor, organizationId, person),
      withSecurity: mayUpdate && person.is_primary,
      // Those of the organization that looks after the account: nobody else's business.
      customFields: person.is_primary ? await fieldsOfPerson(em, userId) : [],
      now,
    });
  }

  async #handsOff(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
    person: PersonDetailRow,
  ): Promise<PersonDetailView['handsOff']> {
    if (actor.userId === person.id) return person.is_primary ? null : 'other_organization';
    const levels = async (id: string) => ({
      organizationId: id,
      // An API key works in one organization: elsewhere it is nobody.
      mine: actor.apiKey && id !== organizationId ? 0 : await this.#levelIn(em, actor.userId, id),
      theirs: await this.#levelIn(em, person.id, id),
    });
    const elsewhere = [];
    for (const { organization_id: id } of await membershipsOf(em, person.id))
      if (id !== organizationId) elsewhere.push(await levels(id));
    return handsOff(person.is_primary, await levels(organizationId), elsewhere);
  }

  async #levelIn(em: EntityManager, userId: string, organizationId: string): Promise<number> {
    const subject = { type: 'organization', id: organizationId } as const;
    return (await this.#deps.access.explain(em, userId, 'user.read', subject)).level;
  }

  #require(em: EntityManager, actor: UserActor, permission: Permission, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, permission, { type: 'organization', id });
  }

  async #endSessions(
    tx: Transaction,
    actor: UserActor,
    userId: string,
    reason: RevokeReason,
  ): Promise<number> {
    return this.#deps.sessions.endAll(tx, userId, reason, actor);
  }

  async #tellOldAddress(tx: Transaction, person: PersonDetailRow): Promise<void> {
    const old = {
      email: person.email,
      phone: person.phone,
      emailVerified: person.email_verified_at !== null,
      phoneVerified: person.phone_verified_at !== null,
    };
    const notice = {
      subject: 'Your e-mail address was changed',
      paragraphs: [
        'Somebody who looks after your organization gave your account another e-mail address. Mails will go there from now on.',
        'If you did not expect this, ask your school at once.',
      ],
    };
    await tellAddresses(this.#deps, tx, old, notice, { confirmed: true });
  }

  #audit(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    userId: string,
    action: string,
    values: Done,
    severity: 'medium' | 'high' = 'medium',
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'data_change',
      severity,
      organizationId,
      resourceType: 'user',
      resourceId: userId,
      ...values,
    });
  }
}

/** What is deleted is restored first. */
function stillThere(person: PersonDetailRow): void {
  if (person.status === 'deleted') throw new AppError('conflict');
}

/** An address that was not confirmed before is asked for again when the account comes back. */
const waitsAgain = ({ status }: PersonDetailRow): { confirm_on_return?: true } =>
  status === 'pending_verification' ? { confirm_on_return: true } : {};

const inThePast = (): AppError =>
  new AppError('invalid_input', {
    errors: [{ path: 'until', code: 'too_small', message: 'This moment has passed.' }],
  });

const needed = (path: string): AppError =>
  new AppError('invalid_input', {
    errors: [{ path, code: 'custom', message: 'An e-mail address or a phone number is needed.' }],
  });

const accountNames = ['display_name', 'first_name', 'last_name', 'email', 'phone', 'username'];
const profileNames = ['department', 'job_title', 'employee_id', 'hire_date', 'manager_id'];

const pick = (from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));

const given = (columns: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));

const accountColumns = (input: PersonChanges): Record<string, unknown> =>
  given({
    display_name: input.displayName,
    first_name: input.firstName,
    last_name: input.lastName,
    email: input.email,
    phone: input.phone,
    username: input.username,
  });

const profileColumns = (
  input: Pick<PersonChanges, 'department' | 'jobTitle' | 'employeeId' | 'hireDate' | 'managerId'>,
): Record<string, unknown> =>
  given({
    department: input.department,
    job_title: input.jobTitle,
    employee_id: input.employeeId,
    hire_date: input.hireDate,
    manager_id: input.managerId,
  });

/** A new address is nobody's until its owner has confirmed it. */
const confirmAgain = (columns: Record<string, unknown>): Record<string, unknown> => ({
  ...columns,
  ...('email' in columns ? { email_verified_at: null } : {}),
  ...('phone' in columns ? { phone_verified_at: null } : {}),
});

const writeCursor = (key: string, id: string): string =>
  Buffer.from(JSON.stringify([key, id])).toString('base64url');

/** @throws AppError invalid_input */
function readCursor(text: string, sort: PeopleFilter['sort']): PlaceInList {
  try {
    const [key, id] = cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    const isTime = key === '-infinity' || !Number.isNaN(Date.parse(key));
    if (sort === 'name' || isTime) return { key, id };
  } catch {
    // Falls through: whatever is wrong with it, it is no cursor of ours.
  }
  throw new AppError('invalid_input', {
    errors: [{ path: 'cursor', code: 'custom', message: 'This is no place in this list.' }],
  });
}
