import { NativeSelect, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { classesOfCourse } from '../../courses/queries.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { everywhere, placeTypes } from './place.ts';
import type { Place } from './place.ts';
import { coursesHere } from './queries.ts';

interface PlaceFieldProps {
  organizationId: string;
  place: Place;
  onChange: (place: Place) => void;
  error?: string;
}

/** The organization, one of its courses, or a class of one. */
export function PlaceField({ organizationId, place, onChange, error }: PlaceFieldProps) {
  const { t } = useTranslation('access');
  const inCourse = place.type !== 'organization';
  const courses = useQuery({ ...coursesHere(organizationId), enabled: inCourse });
  return (
    <>
      <NativeSelect
        label={t('place.label')}
        value={place.type}
        error={place.type === 'organization' ? error : undefined}
        onChange={(event) =>
          onChange({
            ...everywhere,
            courseId: place.courseId,
            type: placeTypes.find((type) => type === event.currentTarget.value) ?? 'organization',
          })
        }
        data={placeTypes.map((value) => ({ value, label: t(`place.${value}`) }))}
        data-testid="place-type"
      />
      {inCourse && courses.isError && (
        <ProblemAlert
          title={t('place.failed')}
          error={courses.error}
          onRetry={() => void courses.refetch()}
        />
      )}
      {inCourse && (
        <Select
          label={t('place.whichCourse')}
          placeholder={t('place.chooseCourse')}
          nothingFoundMessage={t('place.noCourses')}
          searchable
          allowDeselect={false}
          value={place.courseId}
          error={place.type === 'course' || place.courseId === null ? error : undefined}
          onChange={(courseId) => onChange({ ...place, courseId, sessionId: null })}
          data={(courses.data ?? []).map(({ id, title, code }) => ({
            value: id,
            label: code ? `${title} (${code})` : title,
          }))}
          limit={100}
          data-testid="place-course"
        />
      )}
      {place.type === 'live_session' && place.courseId !== null && (
        <ClassField
          courseId={place.courseId}
          sessionId={place.sessionId}
          error={error}
          onChange={(sessionId) => onChange({ ...place, sessionId })}
        />
      )}
    </>
  );
}

interface ClassFieldProps {
  courseId: string;
  sessionId: string | null;
  error: string | undefined;
  onChange: (sessionId: string | null) => void;
}

function ClassField({ courseId, sessionId, error, onChange }: ClassFieldProps) {
  const { t } = useTranslation('access');
  const { data, isSuccess } = useQuery(classesOfCourse(courseId));
  return (
    <Select
      label={t('place.whichClass')}
      placeholder={t('place.chooseClass')}
      nothingFoundMessage={t('place.noClasses')}
      searchable
      allowDeselect={false}
      value={sessionId}
      error={error}
      disabled={!isSuccess}
      onChange={onChange}
      data={(data?.items ?? []).map(({ id, title, scheduledAt }) => ({
        value: id,
        label: `${title} – ${formatMoment(scheduledAt)}`,
      }))}
      data-testid="place-class"
    />
  );
}
