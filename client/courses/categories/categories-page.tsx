import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { categoryLimits } from '../../../shared/courses/categories.ts';
import { Loaded, WorkedIn } from '../../identity/organizations/loaded.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { CategoryDialog } from './category-dialog.tsx';
import { CategoryList } from './category-list.tsx';
import { categoriesIn } from './queries.ts';

/** `/admin/categories` */
export function CategoriesPage() {
  return <WorkedIn>{(id) => <Categories key={id} organizationId={id} />}</WorkedIn>;
}

function Categories({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('categories');
  usePageTitle(t('list.title'));
  const query = useQuery(categoriesIn(organizationId));
  const [isAdding, addDialog] = useDisclosure(false);
  const { role } = useMe();
  // Whoever runs the installation arranges what all organizations have as well.
  const mayAll = role === 'super_admin';
  const own = query.data?.items.filter((one) => one.organizationId !== null).length ?? 0;
  const isFull = own >= categoryLimits.perScope;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: '1 1 300px' }}>
          <Title order={2}>{t('list.title')}</Title>
          <Text c="dimmed">{t('list.lead')}</Text>
        </div>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={!query.data || (isFull && !mayAll)}
          onClick={addDialog.open}
          data-testid="category-add"
        >
          {t('list.add')}
        </Button>
      </Group>
      {isFull && <Text>{t('list.full', { count: own })}</Text>}
      <Loaded query={query}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <Paper withBorder radius="md" p="xl" ta="center" data-testid="categories-empty">
                <Text fw={600}>{t('list.empty')}</Text>
                <Text c="dimmed" maw={480} mx="auto">
                  {t('list.emptyText')}
                </Text>
              </Paper>
            ) : (
              <CategoryList organizationId={organizationId} categories={items} mayAll={mayAll} />
            )}
            <CategoryDialog
              organizationId={organizationId}
              categories={items}
              mayAll={mayAll}
              category={null}
              opened={isAdding}
              onClose={addDialog.close}
            />
          </>
        )}
      </Loaded>
    </Stack>
  );
}
