import { IconBrandApple, IconBrandGoogle, IconBrandWindows, IconLogin2 } from '@tabler/icons-react';
import type { OidcProviderView } from '../../../shared/identity/oidc.ts';

const icons = {
  google: IconBrandGoogle,
  microsoft: IconBrandWindows,
  apple: IconBrandApple,
  oidc: IconLogin2,
} as const;

/** The sign of a provider; its name stands beside it. */
export function ProviderIcon({ type, size = 20 }: { type: OidcProviderView['type']; size?: number }) {
  const Icon = icons[type];
  return <Icon size={size} aria-hidden />;
}
