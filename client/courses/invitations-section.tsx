import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMailPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CourseDetail } from '../../shared/courses/contract.ts';
import { courseInvitationRoutes } from '../../shared/courses/invitations.ts';
import { InvitationList } from '../identity/organizations/invitation-list.tsx';
import type { InvitationSource } from '../identity/organizations/invitation-source.ts';
import { InviteDialog } from '../identity/organizations/invite-dialog.tsx';
import { api } from '../kernel/api.ts';

const courseInvitations = (courseId: string): InvitationSource => ({
  key: ['invitations', 'course', courseId],
  page: (query, signal) => api.call(courseInvitationRoutes.list, { params: { courseId }, query, signal }),
  resend: (courseInvitationId) =>
    api.call(courseInvitationRoutes.resend, { params: { courseId, courseInvitationId } }),
  revoke: (courseInvitationId) =>
    api.call(courseInvitationRoutes.revoke, { params: { courseId, courseInvitationId } }),
});

/** Whom a teacher has asked into the course, for those who may enrol people there. */
export function InvitationsSection({ course }: { course: Pick<CourseDetail, 'id' | 'isOpen'> }) {
  const { t } = useTranslation(['courses', 'organizations']);
  const [inviting, inviteDialog] = useDisclosure(false);
  const source = courseInvitations(course.id);
  return (
    <Stack component="section" gap="sm" aria-labelledby="course-invitations">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} id="course-invitations">
            {t('invitations.title')}
          </Title>
          <Text c="dimmed">{t(course.isOpen ? 'invitations.lead' : 'invitations.closed')}</Text>
        </div>
        {course.isOpen && (
          <Button
            variant="default"
            leftSection={<IconMailPlus size={18} aria-hidden />}
            onClick={inviteDialog.open}
            data-testid="invite"
          >
            {t('organizations:invitations.invite')}
          </Button>
        )}
      </Group>
      <InvitationList source={source} initial="pending" />
      <InviteDialog
        source={source}
        send={(body) => api.call(courseInvitationRoutes.create, { params: { courseId: course.id }, body })}
        opened={inviting}
        onClose={inviteDialog.close}
      />
    </Stack>
  );
}
