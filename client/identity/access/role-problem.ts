import { useTranslation } from 'react-i18next';
import type { NewRoleInput, RoleView } from '../../../shared/identity/access.ts';
import { ApiError } from '../../kernel/request-error.ts';
import { fieldErrors } from '../organizations/field-errors.ts';
import { highestLevel, parseDraft } from './role-draft.ts';
import type { RoleDraft } from './role-draft.ts';
import { chainLevel } from './role-tree.ts';

interface Problem {
  /** Sentences for the fields. */
  fields: Record<string, string>;
  /** A sentence for the whole of it, better than the catalogue's. */
  text: string | null;
}

interface Asked {
  draft: RoleDraft;
  /** Whether somebody has tried to send it. */
  checked: boolean;
  error: unknown;
  /** What the error is about; the form may hold something else by now. */
  sent: NewRoleInput | undefined;
  ownLevel: number | null;
  byId: ReadonlyMap<string, RoleView>;
}

/** What is wrong with a role's form and where: by our own look at it, or by the server's. */
export function useRoleProblem({ draft, checked, error, sent, ownLevel, byId }: Asked): Problem {
  const { t } = useTranslation('access');
  const fields = fieldErrors(error, t('form.taken'));
  const parsed = parseDraft(draft);
  if (checked && 'wrong' in parsed) {
    for (const field of parsed.wrong) fields[field] = t('missing');
    if (parsed.wrong.includes('level'))
      fields['level'] = t('form.levelWrong', { highest: highestLevel(ownLevel) });
    if (parsed.wrong.includes('slug') && (draft.slug ?? '').trim() !== '')
      fields['slug'] = t('form.slugWrong');
  }
  const code = error instanceof ApiError ? error.code : null;
  if (code === 'role_level') {
    const parent = byId.get(sent?.parentRoleId ?? '');
    const isAbove = (level: number): boolean => ownLevel !== null && level > ownLevel;
    if (sent && isAbove(sent.level)) fields['level'] = t('form.levelTooHigh', { own: ownLevel });
    if (parent && isAbove(chainLevel(parent, byId)))
      fields['parentRoleId'] = t('form.parentTooHigh', { own: ownLevel });
    if (!fields['level'] && !fields['parentRoleId']) fields['permissions'] = t('form.above');
  }
  if (code === 'cycle') fields['parentRoleId'] = t('form.cycle');
  if (code === 'system_object') return { fields, text: t('form.system') };
  if (code === 'not_found') return { fields, text: t('form.gone') };
  return { fields, text: Object.keys(fields).length > 0 ? t('form.check') : null };
}
