import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { MessagePage } from './message-page.tsx';

/** Also the router's error page. A reload picks up a newer version of the client, which is a common cause. */
export function CrashPage() {
  const { t } = useTranslation();
  return (
    <MessagePage title={t('crash.title')} text={t('crash.text')}>
      <Button onClick={() => window.location.reload()}>{t('reload')}</Button>
    </MessagePage>
  );
}
