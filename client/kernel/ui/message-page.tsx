import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePageTitle } from './use-page-title.ts';

interface MessagePageProps {
  title: string;
  text?: string;
  /** What to do next. */
  children?: ReactNode;
}

/** A page that says one thing: nothing here, signed out, class over. */
export function MessagePage({ title, text, children }: MessagePageProps) {
  usePageTitle(title);
  return (
    <Stack
      component="main"
      id="content"
      gap="md"
      px="md"
      py={{ base: 64, sm: 120 }}
      maw={560}
      mx="auto"
      align="flex-start"
    >
      <Title order={1}>{title}</Title>
      {text && (
        <Text size="lg" c="dimmed">
          {text}
        </Text>
      )}
      <Group>{children}</Group>
    </Stack>
  );
}
