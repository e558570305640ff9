import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import { ConfirmDialog } from '../kernel/ui/confirm-dialog.tsx';
import { takeOut, useTeamRefresh } from './queries.ts';

interface TakeOutButtonProps {
  person: { id: string; displayName: string };
  course: Pick<LearnerCourseView, 'id' | 'title'>;
}

/** Takes somebody out of a course again whom a manager enrolled; asks first. */
export function TakeOutButton({ person, course }: TakeOutButtonProps) {
  const { t } = useTranslation('courses');
  const [asking, dialog] = useDisclosure(false);
  const changed = useTeamRefresh();
  const names = { name: person.displayName, title: course.title };
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        onClick={dialog.open}
        aria-label={t('team.takeOutNamed', names)}
        data-testid="take-out"
      >
        {t('team.takeOut')}
      </Button>
      <ConfirmDialog
        title={t('team.takeOutTitle')}
        text={t('team.takeOutText', names)}
        submit={t('team.takeOut')}
        done={t('team.takenOut', names)}
        failed={t('team.takeOutFailed')}
        opened={asking}
        onClose={dialog.close}
        act={() => takeOut(course.id, person.id)}
        // Not a part of the act: with the lists the row goes, and this dialog with it.
        onDone={() => void changed()}
      />
    </>
  );
}
