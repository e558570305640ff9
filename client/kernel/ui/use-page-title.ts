import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The browser tab's title; screen readers read it first after a change of page. */
export function usePageTitle(page: string | undefined): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = page ? t('pageTitle', { page }) : t('productName');
  }, [page, t]);
}
