import { invitedRole } from '../../../shared/identity/invitations.ts';
import type { InvitationPreview, InvitationView } from '../../../shared/identity/invitations.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { AddressedRow, InvitationRow } from './invitations.repository.ts';

export const presentInvitation = (row: InvitationRow): InvitationView => ({
  id: row.id,
  email: row.email,
  grantRole: invitedRole.parse(row.grant_role),
  membershipRole: row.membership_role,
  status: row.status,
  invitedBy:
    row.invited_by === null || row.inviter_name === null
      ? null
      : { id: row.invited_by, displayName: row.inviter_name },
  createdAt: iso(new Date(row.created_at)),
  expiresAt: iso(new Date(row.expires_at)),
  acceptedAt: isoOrNull(row.accepted_at === null ? null : new Date(row.accepted_at)),
});

/** @param place what it leads to beside the organization, as it is now */
export const presentPreview = (
  row: AddressedRow,
  place: { title: string; scheduledAt?: Date } | null,
): InvitationPreview => ({
  organization: { name: row.organization_name },
  course: row.course_id === null ? null : { id: row.course_id, title: place?.title ?? '' },
  liveSession:
    row.live_session_id === null
      ? null
      : {
          id: row.live_session_id,
          title: place?.title ?? '',
          scheduledAt: isoOrNull(place?.scheduledAt ?? null),
        },
  invitedBy: row.inviter_name,
  email: row.email,
  grantRole: invitedRole.parse(row.grant_role),
  message: row.message,
  expiresAt: iso(new Date(row.expires_at)),
  hasAccount: row.account_id !== null,
});
