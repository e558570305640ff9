import {
  Badge,
  Button,
  Group,
  Modal,
  MultiSelect,
  NativeSelect,
  Stack,
  Text,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconTags } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { categoryLimits, categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import type { CourseDetail } from '../../../shared/courses/contract.ts';
import { Loaded } from '../../identity/organizations/loaded.tsx';
import { api } from '../../kernel/api.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { oneCourse } from '../queries.ts';
import classes from './categories.module.css';
import { CategoryMark, isMarked } from './category-icon.tsx';
import { categoriesIn, useCategoryRefresh } from './queries.ts';
import { offered, pathOf } from './tree.ts';

/** The categories of a course; whoever may change it chooses them. */
export function CourseCategories({ course }: { course: CourseDetail }) {
  const { t } = useTranslation(['categories', 'kernel']);
  const [opened, dialog] = useDisclosure(false);
  if (course.categories.length === 0 && !course.canUpdate) return null;
  return (
    <>
      <Group gap="xs" mt="xs">
        {course.categories.length > 0 && (
          <ul className={classes.badges} aria-label={t('course.label')}>
            {course.categories.map((category) => (
              <li key={category.id}>
                <Badge
                  variant="default"
                  size="lg"
                  tt="none"
                  leftSection={isMarked(category) && <CategoryMark category={category} size={14} />}
                  data-testid="course-category"
                  data-primary={category.isPrimary || undefined}
                >
                  {category.name}
                  {category.isPrimary && <VisuallyHidden> {t('course.primary')}</VisuallyHidden>}
                </Badge>
              </li>
            ))}
          </ul>
        )}
        {course.canUpdate && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconTags size={16} aria-hidden />}
            onClick={dialog.open}
            data-testid="course-categories-edit"
          >
            {t('course.edit')}
          </Button>
        )}
      </Group>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t('course.title')}
        closeButtonProps={{ 'aria-label': t('kernel:close') }}
      >
        <Choice course={course} onClose={dialog.close} />
      </Modal>
    </>
  );
}

interface ChoiceProps {
  course: CourseDetail;
  onClose: () => void;
}

function Choice(props: ChoiceProps) {
  const { t } = useTranslation('categories');
  const query = useQuery(categoriesIn(props.course.organizationId));
  return (
    <Loaded query={query}>
      {({ items }) => {
        const choices = offered(items);
        return choices.length === 0 ? (
          <Text data-testid="course-categories-none">{t('course.none')}</Text>
        ) : (
          <ChoiceForm {...props} choices={choices} />
        );
      }}
    </Loaded>
  );
}

function ChoiceForm({ course, onClose, choices }: ChoiceProps & { choices: readonly CategoryView[] }) {
  const { t } = useTranslation(['categories', 'kernel']);
  const [categoryIds, setCategoryIds] = useState(() => course.categories.map(({ id }) => id));
  const [primaryId, setPrimaryId] = useState(() => course.categories.find((one) => one.isPrimary)?.id);
  const saving = useSave(course.id, onClose);
  const main = categoryIds.find((id) => id === primaryId) ?? categoryIds[0] ?? null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate({ categoryIds, primaryId: main });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && (
          <ProblemAlert
            title={t('course.failed')}
            error={saving.error}
            text={codeOf(saving.error) === 'not_found' ? t('course.gone') : null}
          />
        )}
        <MultiSelect
          label={t('course.choose')}
          description={t('course.chooseHint', { most: categoryLimits.perCourse })}
          searchable
          hidePickedOptions
          maxValues={categoryLimits.perCourse}
          nothingFoundMessage={t('course.noneFound')}
          value={categoryIds}
          onChange={setCategoryIds}
          data={choices.map(({ id }) => ({ value: id, label: pathOf(choices, id) }))}
          data-autofocus
          data-testid="course-categories-choose"
        />
        {categoryIds.length > 1 && (
          <NativeSelect
            label={t('course.main')}
            value={main ?? ''}
            onChange={(event) => setPrimaryId(event.currentTarget.value)}
            data={categoryIds.map((id) => ({ value: id, label: pathOf(choices, id) }))}
            data-testid="course-categories-main"
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={saving.isPending} data-testid="course-categories-save">
            {t('course.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useSave(courseId: string, onDone: () => void) {
  const { t } = useTranslation('categories');
  const client = useQueryClient();
  const refresh = useCategoryRefresh();
  return useMutation({
    mutationFn: (body: { categoryIds: string[]; primaryId: string | null }) =>
      api.call(categoryRoutes.setOfCourse, { params: { courseId }, body }),
    onSuccess: ({ categories }) => {
      client.setQueryData(oneCourse(courseId).queryKey, (course) => course && { ...course, categories });
      notifications.show({ message: t('course.saved') });
      announce(t('course.saved'));
      onDone();
      return refresh();
    },
  });
}
