import { TextInput } from '@mantine/core';
import type { TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

interface TypedFilterProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** What the list is narrowed by at first. */
  value: string | undefined;
  onNarrow: (value: string) => void;
}

/** Narrows a list once nobody types any more. */
export function TypedFilter({ value, onNarrow, ...input }: TypedFilterProps) {
  const [text, setText] = useState(value ?? '');
  const narrow = useDebouncedCallback((typed: string) => onNarrow(typed.trim()), 250);
  return (
    <TextInput
      {...input}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        narrow(event.currentTarget.value);
      }}
    />
  );
}
