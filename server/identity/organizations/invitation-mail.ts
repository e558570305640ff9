import { invitationDays } from '../../../shared/identity/invitations.ts';
import type { Mail } from '../../kernel/mail/index.ts';

/** What people wrote stays on one line, and a short one: a subject is a header. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
const longest = 120;

/** The mail that carries the link of an invitation. */
export function invitationMail(invitation: {
  to: string;
  organization: string;
  /** The title of the course that it leads to; null: to the organization alone. */
  course: string | null;
  inviter: string;
  message: string | null;
  link: string;
}): Mail {
  const organization = oneLine(invitation.organization);
  const course = invitation.course === null ? null : oneLine(invitation.course);
  const paragraphs = [
    `${oneLine(invitation.inviter)} invites you to ${course === null ? organization : `${course} at ${organization}`}.`,
    ...(invitation.message ? [invitation.message] : []),
    'Open this page to accept or decline:',
    invitation.link,
    `The link works once, for this address, for ${invitationDays} days. If you did not expect it, you can ignore it.`,
  ];
  return {
    to: invitation.to,
    subject: `Invitation to ${course ?? organization}`,
    text: paragraphs.join('\n\n'),
  };
}
