import type { InvitationView } from '../../../shared/identity/invitations.ts';

/** What became of one address; `Inside` says what it is to be in already what people are invited to. */
export interface InviteOutcome<Inside extends string> {
  email: string;
  outcome: 'invited' | 'already_invited' | Inside;
  invitation: InvitationView | null;
}

/**
 * Invites whom is not inside yet, and tells of each address what became of it, in the order in which they were named; one that is
 * named twice counts once.
 */
export async function inviteOthers<Inside extends string>(
  named: readonly string[],
  inside: { find: (emails: readonly string[]) => Promise<ReadonlySet<string>>; outcome: Inside },
  invite: (emails: readonly string[]) => Promise<ReadonlyMap<string, InvitationView | null>>,
): Promise<{ items: InviteOutcome<Inside>[] }> {
  const emails = [...new Set(named)];
  const there = await inside.find(emails);
  const sent = await invite(emails.filter((email) => !there.has(email)));
  const items = emails.map((email): InviteOutcome<Inside> => {
    if (there.has(email)) return { email, outcome: inside.outcome, invitation: null };
    const invitation = sent.get(email) ?? null;
    return { email, outcome: invitation ? 'invited' : 'already_invited', invitation };
  });
  return { items };
}
