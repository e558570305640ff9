import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CourseDetail } from '../../shared/courses/contract.ts';
import { courseInvitationRoutes } from '../../shared/courses/invitations.ts';
import type { InvitationSource } from '../identity/organizations/invitation-source.ts';
import { InvitationsBlock } from '../identity/organizations/invitations-block.tsx';
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
  const { t } = useTranslation('courses');
  return (
    <Stack component="section" gap="sm" aria-labelledby="course-invitations">
      <InvitationsBlock
        source={courseInvitations(course.id)}
        send={(body) => api.call(courseInvitationRoutes.create, { params: { courseId: course.id }, body })}
        open={course.isOpen}
      >
        <Title order={2} id="course-invitations">
          {t('invitations.title')}
        </Title>
        <Text c="dimmed">{t(course.isOpen ? 'invitations.lead' : 'invitations.closed')}</Text>
      </InvitationsBlock>
    </Stack>
  );
}
