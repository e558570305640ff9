import {
  Alert,
  Button,
  Group,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import {
  guardianRoutes,
  linkByCodeInput,
  linkRequestInput,
  relationship as relationshipShape,
  relationships,
} from '../../../shared/identity/guardians.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useFamilyMutation } from './queries.ts';

type Way = 'code' | 'request';

interface Typed {
  code: string;
  childCode: string;
  relationship: string | null;
  relationshipNote: string;
}

const nothing: Typed = { code: '', childCode: '', relationship: null, relationshipNote: '' };

/** What goes to the server; what was not chosen is left for it to refuse. */
function bodyOf(way: Way, typed: Typed) {
  const { relationship } = typed;
  const note = relationship === 'other' ? typed.relationshipNote.trim() || null : null;
  const link = { relationship, relationshipNote: note };
  return way === 'code' ? { code: typed.code, ...link } : { childCode: typed.childCode, ...link };
}

/** Links the caller, or asks for it. @returns the child's name, null when it was only asked for */
async function send(way: Way, typed: Typed): Promise<string | null> {
  const body = bodyOf(way, typed);
  if (way === 'code') {
    const { child } = await api.call(guardianRoutes.link, { body: linkByCodeInput.parse(body) });
    return child.displayName;
  }
  await api.call(guardianRoutes.request, { body: linkRequestInput.parse(body) });
  return null;
}

/** A code from the child or the school, or a request by the code of the child's account. */
export function AddChild() {
  const { t } = useTranslation('guardians');
  const [way, setWay] = useState<Way>('code');
  const [typed, setTyped] = useState(nothing);
  const [checked, setChecked] = useState(false);
  const adding = useFamilyMutation(() => send(way, typed));

  const change = (part: Partial<Typed>): void => setTyped((before) => ({ ...before, ...part }));
  const shape = way === 'code' ? linkByCodeInput : linkRequestInput;
  const parsed = shape.safeParse(bodyOf(way, typed));
  const wrong = new Set(
    checked && !parsed.success ? parsed.error.issues.map(({ path }) => String(path[0])) : [],
  );
  const exists = adding.error instanceof ApiError && adding.error.code === 'already_exists';
  const field = way === 'code' ? 'code' : 'childCode';
  const invalid = way === 'code' ? t('add.invalidCode') : t('add.invalidChildCode');
  const codeError = wrong.has(field) ? (typed[field].trim() ? invalid : t('add.missing')) : null;
  const done = adding.data === null ? t('add.requested') : t('add.linked', { name: adding.data });

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (!parsed.success) return;
    adding.mutate(undefined, {
      onSuccess: (name) => {
        setTyped(nothing);
        setChecked(false);
        announce(name === null ? t('add.requested') : t('add.linked', { name }));
      },
    });
  };

  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="add-child">
      <form onSubmit={submit} noValidate>
        <Stack>
          <Title order={3} size="h4" id="add-child">
            {t('add.title')}
          </Title>
          <SegmentedControl
            aria-label={t('add.how')}
            value={way}
            onChange={(value) => {
              setWay(value as Way);
              setChecked(false);
              adding.reset();
            }}
            data={[
              { value: 'code', label: t('add.byCode') },
              { value: 'request', label: t('add.byRequest') },
            ]}
            style={{ alignSelf: 'flex-start' }}
          />
          {adding.isSuccess && (
            <Alert color="green" data-testid="add-done">
              {done}
            </Alert>
          )}
          {adding.isError && (
            <ProblemAlert
              title={t('add.failed')}
              error={adding.error}
              text={exists ? t('add.exists') : null}
            />
          )}
          <TextInput
            key={way}
            label={way === 'code' ? t('add.code') : t('add.childCode')}
            description={way === 'code' ? t('add.codeHint') : t('add.childCodeHint')}
            value={typed[field]}
            onChange={(event) => change({ [field]: event.currentTarget.value })}
            error={codeError}
            maxLength={32}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            data-testid="add-code"
          />
          <Select
            label={t('add.relationship')}
            placeholder={t('add.choose')}
            data={relationships.map((value) => ({ value, label: t(`relationship.${value}`) }))}
            value={typed.relationship}
            onChange={(value) => change({ relationship: relationshipShape.nullable().parse(value) })}
            error={wrong.has('relationship') ? t('add.chooseOne') : null}
            allowDeselect={false}
            data-testid="add-relationship"
          />
          {typed.relationship === 'other' && (
            <TextInput
              label={t('add.note')}
              value={typed.relationshipNote}
              onChange={(event) => change({ relationshipNote: event.currentTarget.value })}
              maxLength={200}
              data-testid="add-note"
            />
          )}
          <Group>
            <Button type="submit" loading={adding.isPending} data-testid="add-submit">
              {way === 'code' ? t('add.submitCode') : t('add.submitRequest')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
