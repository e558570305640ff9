import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
import classes from './guardians.module.css';

interface PersonRowProps {
  person: { id: string; displayName: string; avatarUrl: string | null };
  detail: ReactNode;
  actions: ReactNode;
  testId: string;
}

/** Somebody in a list, and what can be done about them. */
export function PersonRow({ person, detail, actions, testId }: PersonRowProps) {
  return (
    <li className={classes.row} data-testid={testId}>
      <PersonAvatar userId={person.id} name={person.displayName} src={person.avatarUrl} size={40} />
      <div className={classes.text}>
        <Text fw={600}>
          <PersonLink userId={person.id} name={person.displayName} plain />
        </Text>
        <Text size="sm" c="dimmed">
          {detail}
        </Text>
      </div>
      <Group gap="xs" className={classes.actions}>
        {actions}
      </Group>
    </li>
  );
}
