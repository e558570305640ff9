import { Button, FileButton, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { avatarBytes, avatarTypes, privacyRoutes } from '../../../shared/identity/privacy.ts';
import { api } from '../../kernel/api.ts';
import { freshToken, renewToken } from '../../kernel/token.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { Section } from './section.tsx';

/** Who one is comes with the token: a new one shows the new picture in the header and in every tab. */
const showEverywhere = async (): Promise<unknown> => renewToken(await freshToken());

export function AvatarSection() {
  const { t } = useTranslation('privacy');
  const me = useMe();
  const [tooLarge, setTooLarge] = useState(false);
  const save = useMutation({
    // The contract speaks of bytes; a browser sends a file as it is, with its type.
    mutationFn: (file: File) =>
      api.call(privacyRoutes.setAvatar, { body: file as unknown as Uint8Array<ArrayBuffer> }),
    onSuccess: showEverywhere,
  });
  const remove = useMutation({
    mutationFn: () => api.call(privacyRoutes.removeAvatar),
    onSuccess: showEverywhere,
  });

  const choose = (file: File | null): void => {
    if (!file) return;
    setTooLarge(file.size > avatarBytes);
    if (file.size <= avatarBytes) save.mutate(file);
  };
  const error = save.error ?? remove.error;
  return (
    <Section title={t('avatar.title')}>
      <Group>
        <PersonAvatar userId={me.id} name={me.displayName} size={72} src={me.avatarUrl} />
        <FileButton
          onChange={choose}
          accept={avatarTypes.join(',')}
          inputProps={{ 'data-testid': 'avatar-file' } as object}
        >
          {(props) => (
            <Button {...props} variant="default" loading={save.isPending}>
              {t('avatar.choose')}
            </Button>
          )}
        </FileButton>
        {me.avatarUrl && (
          <Button
            variant="subtle"
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate()}
            data-testid="avatar-remove"
          >
            {t('avatar.remove')}
          </Button>
        )}
      </Group>
      <Text c="dimmed" size="sm">
        {t('avatar.text')}
      </Text>
      {(error || tooLarge) && (
        <ProblemAlert
          title={t('avatar.failed')}
          error={error}
          text={
            tooLarge
              ? t('avatar.tooLarge')
              : error && codeOf(error) === 'image_invalid'
                ? t('avatar.invalid')
                : null
          }
        />
      )}
      <Text role="status" size="sm">
        {save.isSuccess && !save.isPending ? t('avatar.saved') : remove.isSuccess ? t('avatar.removed') : ''}
      </Text>
    </Section>
  );
}
