import { Button, Group, NumberInput, Stack, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../kernel/api.ts';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { useSchedule } from './queries.ts';
import { draftToInput, newDraft } from './schedule-draft.ts';
import type { ScheduleDraft } from './schedule-draft.ts';

interface ScheduleFormProps {
  courseId: string;
  onCancel: () => void;
  onDone: (title: string) => void;
}

/** What was typed stays after an error, and each refused field says so itself. */
export function ScheduleForm({ courseId, onCancel, onDone }: ScheduleFormProps) {
  const { t } = useTranslation(['courses', 'kernel']);
  const [draft, setDraft] = useState(newDraft);
  const [checked, setChecked] = useState(false);
  const schedule = useSchedule(courseId);
  const change = (part: Partial<ScheduleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const input = draftToInput(draft);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (input) schedule.mutate(input, { onSuccess: (session) => onDone(session.title) });
  };
  const refusal = (path: string): string | undefined =>
    schedule.error instanceof ApiError
      ? schedule.error.errors.find((one) => one.path === path)?.message
      : undefined;
  const missing = checked && draft.title.trim() === '' ? t('schedule.missing') : undefined;
  const noMoment = checked && !input && !missing ? t('schedule.invalidMoment') : refusal('scheduledAt');

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {schedule.isError && <ProblemAlert title={t('schedule.failed')} error={schedule.error} />}
        <TextInput
          label={t('schedule.name')}
          required
          withAsterisk={false}
          maxLength={200}
          value={draft.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
          error={missing ?? refusal('title')}
          data-autofocus
          data-testid="schedule-title"
        />
        <Textarea
          label={t('schedule.description')}
          autosize
          minRows={2}
          maxLength={5000}
          value={draft.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
          error={refusal('description')}
        />
        <Group grow align="flex-start">
          <TextInput
            type="date"
            label={t('schedule.date')}
            value={draft.date}
            onChange={(event) => change({ date: event.currentTarget.value })}
            error={noMoment}
            data-testid="schedule-date"
          />
          <TextInput
            type="time"
            label={t('schedule.time')}
            value={draft.time}
            onChange={(event) => change({ time: event.currentTarget.value })}
            data-testid="schedule-time"
          />
        </Group>
        <NumberInput
          label={t('schedule.duration')}
          min={1}
          max={1440}
          clampBehavior="blur"
          allowDecimal={false}
          value={draft.minutes}
          onChange={(value) => change({ minutes: Number(value) })}
          error={refusal('durationMinutes')}
          data-testid="schedule-duration"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={schedule.isPending} data-testid="schedule-submit">
            {t('schedule.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
