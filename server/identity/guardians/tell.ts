import type { Transaction } from '../../kernel/db/database.ts';
import { written } from '../../kernel/mail/index.ts';
import type { Mailer } from '../../kernel/mail/index.ts';
import { tellAccount } from '../accounts/notices.ts';
import type { GuardianshipRow } from './guardians.repository.ts';

interface TellDeps {
  mailer: Mailer;
  publicUrl(): string;
}

/** Tells guardian and child that their link began or ended. Who has no confirmed address is not told. */
export async function tellBoth(
  deps: TellDeps,
  tx: Transaction,
  row: GuardianshipRow,
  status: 'active' | 'revoked',
): Promise<void> {
  const { parent_id: parentId, child_id: childId } = row;
  const guardian = written(row.parent_name);
  const child = written(row.child_name);
  const sees = `${guardian} can see your courses and your attendance, and nothing that you write.`;
  const texts =
    status === 'active'
      ? {
          [parentId]: {
            subject: 'You are linked to an account',
            text: `You can now see the courses and the attendance of ${child}.`,
          },
          [childId]: { subject: 'Somebody is linked to your account', text: sees },
        }
      : {
          [parentId]: {
            subject: 'Your link to an account has ended',
            text: `You cannot see the courses and the attendance of ${child} any more.`,
          },
          [childId]: {
            subject: 'A link to your account has ended',
            text: `${guardian} cannot see anything of your account any more.`,
          },
        };
  await send(deps, tx, texts);
}

/** Tells the child that somebody asks for a link. */
export async function tellChildOfRequest(
  deps: TellDeps,
  tx: Transaction,
  row: GuardianshipRow,
): Promise<void> {
  await send(deps, tx, {
    [row.child_id]: {
      subject: 'Somebody asks for a link to your account',
      text: `${written(row.parent_name)} would like to see your courses and your attendance. Agree only if you know who this is.`,
    },
  });
}

async function send(
  deps: TellDeps,
  tx: Transaction,
  texts: Record<string, { subject: string; text: string }>,
): Promise<void> {
  for (const [userId, { subject, text }] of Object.entries(texts)) {
    const paragraphs = [
      text,
      'If this is not right, change it here or ask your school:',
      `${deps.publicUrl()}/account/family`,
    ];
    // It names somebody else, and goes to nobody who may be a third person.
    await tellAccount(deps, tx, userId, { subject, paragraphs }, { confirmed: true });
  }
}
