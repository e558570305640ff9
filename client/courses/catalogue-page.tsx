import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { catalogueQuery, difficulties } from '../../shared/courses/catalogue.ts';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { PagedList } from '../kernel/ui/paged-list.tsx';
import { TypedFilter } from '../kernel/ui/typed-filter.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { useAddressFilters } from '../kernel/use-address-filters.ts';
import { useMe } from '../kernel/use-sign-in.ts';
import classes from './courses.module.css';
import { ForYou } from './for-you.tsx';
import { OfferCard } from './offer-card.tsx';
import { offerCategories, offerList } from './offer-queries.ts';
import type { OfferFilter } from './offer-queries.ts';

/** What one can learn where one works now: what fits one's interests, and all of it. */
export function CataloguePage() {
  const { t } = useTranslation('courses');
  const { organizationId } = useMe();
  usePageTitle(t('catalogue.title'));
  return (
    <PageShell>
      <Stack gap={32}>
        <Title order={1}>{t('catalogue.title')}</Title>
        <Catalogue key={organizationId} />
      </Stack>
    </PageShell>
  );
}

const filterShape = catalogueQuery.pick({ q: true, categoryId: true, difficulty: true }).shape;

function Catalogue() {
  const { t } = useTranslation('courses');
  const { filter, set, clear, cleared } = useAddressFilters<OfferFilter>(filterShape);
  const list = useInfiniteQuery({ ...offerList(filter), placeholderData: keepPreviousData });
  const narrowed = Object.keys(filter).length > 0;
  return (
    <>
      <Filters key={cleared} filter={filter} onChange={set} />
      {!narrowed && <ForYou />}
      <Stack component="section" gap="sm" aria-labelledby="offers">
        <Title order={2} id="offers">
          {t(narrowed ? 'catalogue.found' : 'catalogue.all')}
        </Title>
        <PagedList
          query={list}
          failed={t('catalogue.failed')}
          empty={
            <Stack align="flex-start" data-testid="offers-empty">
              <Text>{t(narrowed ? 'catalogue.nothing' : 'catalogue.empty')}</Text>
              {narrowed && (
                <Button variant="default" onClick={clear} data-testid="offers-clear">
                  {t('catalogue.clear')}
                </Button>
              )}
            </Stack>
          }
          shown={(count) => t('catalogue.shown', { count })}
        >
          {(courses) => (
            <ul className={classes.offers} data-testid="offers">
              {courses.map((course) => (
                <OfferCard key={course.id} course={course} />
              ))}
            </ul>
          )}
        </PagedList>
      </Stack>
    </>
  );
}

interface FiltersProps {
  filter: OfferFilter;
  /** Sets one; '' takes it away. */
  onChange: (name: keyof OfferFilter, value: string) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const { t } = useTranslation('courses');
  const categories = useQuery(offerCategories);
  return (
    <Group align="flex-end" gap="sm" role="search">
      <TypedFilter
        label={t('catalogue.search')}
        placeholder={t('catalogue.searchHint')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={filter.q}
        onNarrow={(value) => onChange('q', value)}
        maxLength={200}
        type="search"
        flex="1 1 260px"
        data-testid="offers-search"
      />
      <NativeSelect
        label={t('catalogue.category')}
        value={filter.categoryId ?? ''}
        onChange={(event) => onChange('categoryId', event.currentTarget.value)}
        data={[
          { value: '', label: t('catalogue.anyCategory') },
          ...(categories.data?.items ?? []).map(({ id, path }) => ({ value: id, label: path.join(' › ') })),
        ]}
        error={categories.isError ? t('catalogue.categoriesFailed') : undefined}
        flex="0 1 240px"
        data-testid="offers-category"
      />
      <NativeSelect
        label={t('catalogue.difficulty')}
        value={filter.difficulty ?? ''}
        onChange={(event) => onChange('difficulty', event.currentTarget.value)}
        data={[
          { value: '', label: t('catalogue.anyDifficulty') },
          ...difficulties.map((value) => ({ value, label: t(`catalogue.level.${value}`) })),
        ]}
        data-testid="offers-difficulty"
      />
    </Group>
  );
}
