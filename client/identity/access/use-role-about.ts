import { useTranslation } from 'react-i18next';
import type { RoleView } from '../../../shared/identity/access.ts';
import { accessTexts } from './en.ts';

type Described = keyof (typeof accessTexts)['about'];
const isDescribed = (slug: string): slug is Described => Object.hasOwn(accessTexts.about, slug);

/** What a role is for: the installation's in our words, others in those of whoever made them. */
export function useRoleAbout(): (role: RoleView) => string | null {
  const { t } = useTranslation('access');
  return ({ slug, isSystem, description }) =>
    isSystem && isDescribed(slug) ? t(`about.${slug}`) : description;
}
