import { Button, Collapse, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { auditCategories, auditSeverities } from '../../../shared/audit/contract.ts';
import classes from './audit.module.css';
import { filterNames, rareFilters, refusedFilters } from './filters.ts';
import type { Filters } from './filters.ts';

interface AuditFiltersProps {
  /** What is shown now; give another `key` when it changes. */
  filters: Filters;
  onApply: (filters: Filters) => void;
}

/** What narrows the trail down. Applied together, so that half a word is no search. */
export function AuditFilters({ filters, onApply }: AuditFiltersProps) {
  const { t } = useTranslation('audit');
  const [draft, setDraft] = useState(filters);
  const [refused, setRefused] = useState<readonly (keyof Filters)[]>([]);
  const [open, setOpen] = useState(rareFilters.some((name) => filters[name] !== ''));
  const isEmpty = filterNames.every((name) => filters[name] === '' && draft[name] === '');

  const set = (name: keyof Filters, value: string): void => {
    setDraft({ ...draft, [name]: value });
    setRefused(refused.filter((one) => one !== name));
  };
  const field = (name: keyof Filters) => ({
    value: draft[name],
    'data-testid': `audit-filter-${name}`,
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
    error: refused.includes(name)
      ? t(name === 'resourceId' ? 'filter.idInvalid' : 'filter.actionInvalid')
      : undefined,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = refusedFilters(draft);
    setRefused(wrong);
    if (wrong.length > 0)
      setOpen(open || wrong.some((name) => (rareFilters as readonly string[]).includes(name)));
    else onApply(draft);
  };
  const clear = (): void =>
    onApply(Object.fromEntries(filterNames.map((name) => [name, ''])) as unknown as Filters);

  return (
    <form onSubmit={submit} aria-label={t('filter.legend')} noValidate>
      <Stack gap="sm">
        <div className={classes.filters}>
          <TextInput
            label={t('filter.actor')}
            placeholder={t('filter.actorHint')}
            maxLength={100}
            {...field('actor')}
          />
          <TextInput
            label={t('filter.action')}
            placeholder={t('filter.actionHint')}
            maxLength={80}
            {...field('action')}
          />
          <NativeSelect
            label={t('filter.category')}
            data={[
              { value: '', label: t('filter.any') },
              ...auditCategories.map((value) => ({ value, label: t(`category.${value}`) })),
            ]}
            {...field('category')}
          />
          <NativeSelect
            label={t('filter.severity')}
            data={[
              { value: '', label: t('filter.any') },
              ...auditSeverities.map((value) => ({ value, label: t(`severity.${value}`) })),
            ]}
            {...field('severity')}
          />
          <TextInput type="date" label={t('filter.from')} max={draft.to || undefined} {...field('from')} />
          <TextInput type="date" label={t('filter.to')} min={draft.from || undefined} {...field('to')} />
        </div>
        <Collapse expanded={open} id="audit-more-filters">
          <div className={classes.filters}>
            <TextInput label={t('filter.q')} maxLength={80} {...field('q')} />
            <TextInput
              label={t('filter.resourceType')}
              placeholder={t('filter.resourceTypeHint')}
              maxLength={80}
              {...field('resourceType')}
            />
            <TextInput label={t('filter.resourceId')} maxLength={36} {...field('resourceId')} />
            <TextInput label={t('filter.requestId')} maxLength={64} {...field('requestId')} />
            <TextInput label={t('filter.tag')} maxLength={80} {...field('tag')} />
          </div>
        </Collapse>
        <Group gap="sm">
          <Button type="submit" data-testid="audit-search">
            {t('filter.apply')}
          </Button>
          {!isEmpty && (
            <Button variant="default" onClick={clear} data-testid="audit-clear">
              {t('filter.clear')}
            </Button>
          )}
          <Button
            variant="subtle"
            aria-expanded={open}
            aria-controls="audit-more-filters"
            onClick={() => setOpen(!open)}
          >
            {t(open ? 'filter.less' : 'filter.more')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
