import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './sign-in-methods.module.css';

interface MethodRowProps {
  icon: ReactNode;
  title: string;
  /** What is known about it. */
  detail: ReactNode;
  actions?: ReactNode;
  testId?: string;
}

/** One way to sign in. */
export function MethodRow({ icon, title, detail, actions, testId }: MethodRowProps) {
  return (
    <li className={classes.row} data-testid={testId}>
      <span className={classes.icon}>{icon}</span>
      <div className={classes.text}>
        <Text fw={600} className={classes.name}>
          {title}
        </Text>
        <Text size="sm" c="dimmed" className={classes.name}>
          {detail}
        </Text>
      </div>
      {actions && (
        <Group gap={4} wrap="nowrap" className={classes.actions}>
          {actions}
        </Group>
      )}
    </li>
  );
}
