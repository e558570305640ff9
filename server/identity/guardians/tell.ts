import type { Transaction } from '../../kernel/db/database.ts';
import type { Mailer } from '../../kernel/mail/index.ts';
import { addressesOf } from './guardians.repository.ts';
import type { GuardianshipRow } from './guardians.repository.ts';

interface TellDeps {
  mailer: Mailer;
  publicUrl(): string;
}

/** Tells guardian and child by mail that their link began or ended. Who has no confirmed address is not told. */
export async function tellBoth(
  deps: TellDeps,
  tx: Transaction,
  row: GuardianshipRow,
  status: 'active' | 'revoked',
): Promise<void> {
  const { parent_id: parentId, parent_name: guardian, child_id: childId, child_name: child } = row;
  const sees = `${guardian} can see your courses and your attendance, and nothing that you write.`;
  const texts =
    status === 'active'
      ? {
          [parentId]: {
            subject: `You are linked to ${child}`,
            text: `You can now see the courses and the attendance of ${child}.`,
          },
          [childId]: { subject: `${guardian} is linked to your account`, text: sees },
        }
      : {
          [parentId]: {
            subject: `Your link to ${child} has ended`,
            text: `You cannot see the courses and the attendance of ${child} any more.`,
          },
          [childId]: {
            subject: `The link with ${guardian} has ended`,
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
      subject: `${row.parent_name} asks for a link to your account`,
      text: `${row.parent_name} would like to see your courses and your attendance. Agree only if you know who this is.`,
    },
  });
}

async function send(
  deps: TellDeps,
  tx: Transaction,
  texts: Record<string, { subject: string; text: string }>,
): Promise<void> {
  if (!deps.mailer.canMail) return;
  for (const { id, email } of await addressesOf(tx.em, Object.keys(texts))) {
    const { subject, text } = texts[id] as { subject: string; text: string };
    await deps.mailer.mail(tx, {
      to: email,
      subject,
      text: `${text}\n\nIf this is not right, change it here or ask your school:\n\n${deps.publicUrl()}/account/family`,
    });
  }
}
