import {
  PasswordInput,
  PinInput,
  SegmentedControl,
  Stack,
  TextInput,
  Input,
  VisuallyHidden,
} from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountAddress } from '../../../shared/identity/accounts.ts';

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
}

/** Which kind of address somebody gives, and what they have typed of each. */
export interface AddressDraft {
  kind: 'email' | 'phone';
  email: string;
  phone: string;
}

export const emptyAddress: AddressDraft = { kind: 'email', email: '', phone: '' };

/** What the API takes of it. */
export const addressOf = (draft: AddressDraft): AccountAddress =>
  draft.kind === 'email' ? { email: draft.email } : { phone: draft.phone };

interface AddressFieldsProps {
  draft: AddressDraft;
  onChange: (draft: AddressDraft) => void;
  errors: Record<string, string>;
}

/** An e-mail address or a phone number. */
export function AddressFields({ draft, onChange, errors }: AddressFieldsProps) {
  const { t } = useTranslation('accounts');
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        aria-label={t('by.label')}
        value={draft.kind}
        onChange={(kind) => onChange({ ...draft, kind: kind as AddressDraft['kind'] })}
        data={[
          { value: 'email', label: t('by.email') },
          { value: 'phone', label: t('by.phone') },
        ]}
        data-testid="address-kind"
      />
      {draft.kind === 'email' ? (
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={254}
          value={draft.email}
          onChange={(event) => onChange({ ...draft, email: event.currentTarget.value })}
          error={errors['email']}
          data-testid="account-email"
        />
      ) : (
        <TextInput
          label={t('phone')}
          description={t('phoneHint')}
          type="tel"
          autoComplete="tel"
          maxLength={40}
          value={draft.phone}
          onChange={(event) => onChange({ ...draft, phone: event.currentTarget.value })}
          error={errors['phone'] ?? errors['email']}
          data-testid="account-phone"
        />
      )}
    </Stack>
  );
}

interface PasswordFieldProps extends FieldProps {
  label: string;
  /** `new`: with the advice how to choose one. */
  kind: 'new' | 'current';
  testId: string;
}

export function PasswordField({ value, onChange, error, label, kind, testId }: PasswordFieldProps) {
  const { t } = useTranslation('accounts');
  return (
    <PasswordInput
      label={label}
      description={kind === 'new' ? t('passwordHint') : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autoComplete={kind === 'new' ? 'new-password' : 'current-password'}
      maxLength={1024}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      visibilityToggleButtonProps={{ 'aria-label': t('showPassword'), tabIndex: 0 }}
      data-testid={testId}
    />
  );
}

/** Six digits, which phones fill in from the message. */
export function CodeField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation('accounts');
  const id = useId();
  return (
    <Input.Wrapper label={t('code')} error={error} labelElement="div" id={id}>
      <PinInput
        length={6}
        type="number"
        oneTimeCode
        value={value}
        onChange={onChange}
        error={Boolean(error)}
        aria-label={t('code')}
        mt={4}
        data-testid="account-code"
      />
      {error && <VisuallyHidden role="alert">{error}</VisuallyHidden>}
    </Input.Wrapper>
  );
}
