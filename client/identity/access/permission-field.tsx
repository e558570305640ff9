import { Select, Text } from '@mantine/core';
import type { ComboboxItem, ComboboxParsedItem, OptionsFilter } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import classes from './access.module.css';
import { isPermission, matches, permissionsByArea } from './permission-areas.ts';

interface PermissionFieldProps {
  permission: Permission | null;
  onChange: (permission: Permission) => void;
  error?: string;
  autoFocus?: boolean;
}

const fits = (option: ComboboxItem, search: string): boolean =>
  isPermission(option.value) && (option.label === search || matches(option.value, search));

/** Finds by the slug too, which is what programs and the audit trail name. */
const filter: OptionsFilter = ({ options, search }) =>
  options.flatMap((option): ComboboxParsedItem[] => {
    if (!('group' in option)) return fits(option, search) ? [option] : [];
    const items = option.items.filter((item) => fits(item, search));
    return items.length > 0 ? [{ ...option, items }] : [];
  });

/** One permission of all. */
export function PermissionField({ permission, onChange, error, autoFocus }: PermissionFieldProps) {
  const { t } = useTranslation('access');
  return (
    <Select
      label={t('grant.permission')}
      placeholder={t('grant.choose')}
      nothingFoundMessage={t('grant.nothingFound')}
      searchable
      allowDeselect={false}
      maxDropdownHeight={320}
      value={permission}
      error={error}
      filter={filter}
      onChange={(value) => (isPermission(value) ? onChange(value) : undefined)}
      data={permissionsByArea.map(({ area, slugs }) => ({
        group: t(`area.${area}`),
        items: slugs.map((slug) => ({ value: slug, label: permissionCatalogue[slug] })),
      }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text className={classes.code}>{option.value}</Text>
        </div>
      )}
      data-autofocus={autoFocus || undefined}
      data-testid="permission-field"
    />
  );
}
