import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PersonField } from '../../../shared/identity/custom-fields.ts';
import { PersonFieldInputs } from './person-field-inputs.tsx';
import type { PersonFieldsState } from './use-person-fields.ts';

interface OwnFieldsProps {
  fields: readonly PersonField[];
  state: PersonFieldsState;
}

/** In the own profile: what the organization asks for besides; nothing where it asks for nothing. */
export function OwnFields({ fields, state }: OwnFieldsProps) {
  const { t } = useTranslation('customFields');
  if (fields.length === 0) return null;
  return (
    <>
      <div>
        <Title order={3} size="h4">
          {t('person.ownTitle')}
        </Title>
        <Text c="dimmed" size="sm">
          {t('person.ownLead')}
        </Text>
      </div>
      <PersonFieldInputs fields={fields} state={state} by="person" />
    </>
  );
}
