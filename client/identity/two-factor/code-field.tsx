import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface CodeFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** A recovery code holds letters. */
  recovery?: boolean;
  missing: boolean;
  fieldRef?: React.Ref<HTMLInputElement>;
  autoFocus?: boolean;
}

/** For a code of the app, which phones and password managers fill in, or for a recovery code. */
export function CodeField({
  value,
  onChange,
  recovery = false,
  missing,
  fieldRef,
  autoFocus,
}: CodeFieldProps) {
  const { t } = useTranslation('twoFactor');
  return (
    <TextInput
      ref={fieldRef}
      label={recovery ? t('recoveryCode') : t('code')}
      name="code"
      autoComplete={recovery ? 'off' : 'one-time-code'}
      inputMode={recovery ? 'text' : 'numeric'}
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={40}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={missing ? t(recovery ? 'missingRecoveryCode' : 'missingCode') : null}
      data-autofocus={autoFocus || undefined}
      data-testid="second-factor-code"
    />
  );
}

/** Whether what was typed can be a code at all. */
export const looksLikeCode = (value: string, recovery: boolean): boolean =>
  recovery ? value.replaceAll(/[\s-]/g, '').length >= 8 : /^\d{6}$/.test(value.replaceAll(/[\s-]/g, ''));
