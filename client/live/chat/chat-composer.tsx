import { ActionIcon, Text, Textarea } from '@mantine/core';
import { IconSend2 } from '@tabler/icons-react';
import { useState } from 'react';
import type { KeyboardEvent, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '../../../shared/kernel/limits.ts';
import { useMyRole, useRoom, useSnapshot } from '../room/room-context.ts';
import classes from './chat.module.css';

/** Drafts outlive the closed panel: whoever looks into the notes for a moment finds the half sentence again. */
const drafts = new WeakMap<object, string>();

export function ChatComposer() {
  const { t } = useTranslation('live');
  const room = useRoom();
  const role = useMyRole();
  const locked =
    useSnapshot((snapshot) => snapshot.locks.chat) && (role === 'attendee' || role === 'observer');
  const guarded = useSnapshot((snapshot) => snapshot.locks.automatic);
  const [text, setText] = useState(() => drafts.get(room) ?? '');
  const over = text.trim().length - limits.chatLength;

  const write = (value: string): void => {
    setText(value);
    drafts.set(room, value);
  };
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    const line = text.trim();
    if (line === '' || over > 0) return;
    room.live.chat.send(line);
    write('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Not while an input method composes: there Enter chooses a word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };

  if (locked) {
    return (
      <Text className={classes.composer} size="sm" c="dimmed" role="status" data-testid="chat-locked">
        {t(guarded ? 'chat.guarded' : 'chat.locked')}
      </Text>
    );
  }
  return (
    <form className={classes.composer} onSubmit={send}>
      <Textarea
        aria-label={t('chat.input')}
        placeholder={t('chat.placeholder')}
        autosize
        minRows={1}
        maxRows={6}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        error={over > 0 ? t('chat.tooLong', { over }) : null}
        data-autofocus
        data-testid="chat-input"
      />
      <ActionIcon
        type="submit"
        size={36}
        disabled={text.trim() === '' || over > 0}
        aria-label={t('chat.send')}
        data-testid="chat-send"
      >
        <IconSend2 size={18} aria-hidden />
      </ActionIcon>
    </form>
  );
}
