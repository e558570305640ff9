import { invitationDays } from '../../../shared/identity/invitations.ts';
import type { Mail } from '../../kernel/mail/index.ts';
import type { InvitedTo } from './invitations.repository.ts';

/** What people wrote stays on one line, and a short one: a subject is a header. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
const longest = 120;

/** Nobody knows the time zone of an address: the page that the link opens has the reader's own. */
const inWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });

/** The mail that carries the link of an invitation. */
export function invitationMail(invitation: {
  to: string;
  organization: string;
  /** What it leads to; null: to the organization alone. */
  place: InvitedTo['place'];
  inviter: string;
  message: string | null;
  link: string;
}): Mail {
  const organization = oneLine(invitation.organization);
  const { place } = invitation;
  const title = place && oneLine(place.title);
  const moment = place?.scheduledAt ? ` on ${inWords.format(place.scheduledAt)} UTC` : '';
  const paragraphs = [
    `${oneLine(invitation.inviter)} invites you to ${title === null ? organization : `${title} at ${organization}${moment}`}.`,
    ...(invitation.message ? [invitation.message] : []),
    'Open this page to accept or decline:',
    invitation.link,
    `The link works once, for this address, for ${invitationDays} days. If you did not expect it, you can ignore it.`,
  ];
  return {
    to: invitation.to,
    subject: `Invitation to ${title ?? organization}`,
    text: paragraphs.join('\n\n'),
  };
}
