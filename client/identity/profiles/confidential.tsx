import { Group, Paper, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import { formatDate, startOfDay } from '../../kernel/i18n/format.ts';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
import { placeText } from './places.ts';
import classes from './profiles.module.css';

/** A day of the calendar, whatever the time zone of who reads it. */
const day = (date: string): string => formatDate(startOfDay(date));

/** What only a few may see. Null fields say nothing. */
export function Confidential({ profile }: { profile: PersonProfileView }) {
  const { t } = useTranslation('profiles');
  const { confidential: data, dateOfBirth } = profile;
  if (!data && !dateOfBirth) return null;
  const facts: [name: string, value: ReactNode][] = [];
  const add = (name: string, value: ReactNode): void => void (value && facts.push([name, value]));
  if (data) {
    add(t('confidential.code'), data.code);
    add(t('confidential.email'), data.email);
    add(t('confidential.phone'), data.phone);
    add(t('confidential.alternatePhone'), data.alternatePhone);
  }
  add(t('confidential.dateOfBirth'), dateOfBirth && day(dateOfBirth));
  if (data) {
    add(t('confidential.address'), addressOf(data, profile.country));
    add(
      t('confidential.emergency'),
      [data.emergencyContactName, data.emergencyContactRelationship, data.emergencyContactPhone]
        .filter(Boolean)
        .join(' · '),
    );
    add(t('confidential.employeeId'), data.employeeId);
    add(t('confidential.hireDate'), data.hireDate && day(data.hireDate));
    add(
      t('confidential.manager'),
      data.manager && <PersonLink userId={data.manager.id} name={data.manager.displayName} />,
    );
  }
  const note = data ? (profile.isSelf ? 'confidential.noteSelf' : 'confidential.noteOthers') : 'birthNote';
  return (
    <Paper
      withBorder
      p="lg"
      radius="md"
      component="section"
      aria-labelledby="confidential-title"
      data-testid="confidential"
    >
      <Group gap="xs" mb={2}>
        <IconLock size={18} aria-hidden />
        <Title order={2} size="h4" id="confidential-title">
          {t('confidential.title')}
        </Title>
      </Group>
      <Text size="sm" c="dimmed" mb="md">
        {t(note, { name: profile.displayName })}
      </Text>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

type Data = NonNullable<PersonProfileView['confidential']>;

function addressOf(data: Data, country: string | null): string | null {
  const town = [data.postalCode, data.city].filter(Boolean).join(' ');
  const lines = [data.addressLine1, data.addressLine2, town, data.stateProvince].filter(Boolean);
  return lines.length === 0 ? null : [...lines, placeText(null, country)].filter(Boolean).join(', ');
}
