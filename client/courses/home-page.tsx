import { Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChildrenToday } from '../identity/guardians/children-today.tsx';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { useMe } from '../kernel/use-sign-in.ts';
import { ClassList } from './class-list.tsx';
import { CourseCard } from './course-card.tsx';
import { QueryState } from './query-state.tsx';
import { byUrgency } from './class-order.ts';
import { classesAsGuest, myCourses, todaysClasses } from './queries.ts';

/** What is on today, and the courses. */
export function HomePage() {
  const { t } = useTranslation('courses');
  const me = useMe();
  usePageTitle(t('home.title'));
  const today = useQuery(todaysClasses);
  const courses = useQuery(myCourses);
  // Whose day is their children's: empty lists of their own would only be in the way.
  const onlyChildren = me.role === 'parent' && courses.data?.items.length === 0;
  return (
    <PageShell>
      <Stack gap={40}>
        <Title order={1}>{t('home.greeting', { name: me.displayName })}</Title>
        {me.role === 'parent' && <ChildrenToday />}
        {!onlyChildren && (
          <>
            <Stack component="section" gap="sm" aria-labelledby="today">
              <Group justify="space-between">
                <Title order={2} id="today">
                  {t('home.today')}
                </Title>
                <Button component={Link} to="/join" variant="default" data-testid="join-with-code">
                  {t('home.joinWithCode')}
                </Button>
              </Group>
              <QueryState query={today}>
                {({ items }) =>
                  items.length === 0 ? (
                    <Text c="dimmed">{t('home.noClasses')}</Text>
                  ) : (
                    <ClassList classes={byUrgency(items)} />
                  )
                }
              </QueryState>
            </Stack>
            <AsGuest />
            <Stack component="section" gap="sm" aria-labelledby="courses">
              <Group justify="space-between">
                <Title order={2} id="courses">
                  {t('home.courses')}
                </Title>
                <Anchor component={Link} to="/catalogue" data-testid="find-courses">
                  {t('home.find')}
                </Anchor>
              </Group>
              <QueryState query={courses}>
                {({ items }) =>
                  items.length === 0 ? (
                    <Stack align="flex-start">
                      <Text c="dimmed">{t('home.noCourses')}</Text>
                      <Button component={Link} to="/catalogue">
                        {t('home.find')}
                      </Button>
                    </Stack>
                  ) : (
                    <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
                      {items.map((course) => (
                        <CourseCard key={course.id} course={course} />
                      ))}
                    </SimpleGrid>
                  )
                }
              </QueryState>
            </Stack>
          </>
        )}
      </Stack>
    </PageShell>
  );
}

/** Classes of the coming weeks that one was asked into; nothing where there are none, as for most people. */
function AsGuest() {
  const { t } = useTranslation('courses');
  const { data } = useQuery(classesAsGuest);
  if (!data || data.items.length === 0) return null;
  return (
    <Stack component="section" gap="sm" aria-labelledby="as-guest">
      <Title order={2} id="as-guest">
        {t('home.asGuest')}
      </Title>
      <ClassList classes={byUrgency(data.items)} dated />
    </Stack>
  );
}
