import { Menu, Modal, createTheme, defaultVariantColorsResolver, parseThemeColor } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';
import i18next from 'i18next';

/** The green of a chalkboard, from wiped to wet. */
const board: MantineColorsTuple = [
  '#eaf5f0',
  '#d5e8df',
  '#abd2c1',
  '#7ebba1',
  '#58a686',
  '#3d9374',
  '#24795f',
  '#1b6550',
  '#17574a',
  '#0f4037',
];

/** A neutral with a breath of the same green, for dark surfaces. */
const dark: MantineColorsTuple = [
  '#d3dad6',
  '#bac4bf',
  '#a3afa9',
  '#7c8983',
  '#4b5852',
  '#35403b',
  '#27302c',
  '#1c2421',
  '#141a18',
  '#0d1110',
];

export const theme = createTheme({
  colors: { board, dark },
  primaryColor: 'board',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.36,
  defaultRadius: 'md',
  fontFamily:
    "'Inter Variable', Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.75rem', lineHeight: '1.2' }, h2: { fontSize: '1.2rem', lineHeight: '1.3' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // The focus goes to the first entry: the placeholder it would go to otherwise is no child a menu may have.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Notification: {
      // Asked for when one is shown: the texts are not there yet when the theme is made.
      defaultProps: () => ({ closeButtonProps: { 'aria-label': i18next.t('kernel:close') } }),
    },
    ModalTitle: Modal.Title.extend({ defaultProps: { fw: 650 } }),
    // A dialog's title bar is no second banner of the page.
    ModalHeader: Modal.Header.extend({ defaultProps: { role: 'presentation' } }),
  },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const { isThemeColor } = parseThemeColor({
      color: input.color ?? input.theme.primaryColor,
      theme: input.theme,
    });
    // Mantine's light and subtle texts miss the contrast of WCAG AA in several colours.
    if (
      isThemeColor &&
      (input.variant === 'light' || input.variant === 'subtle' || input.variant === 'outline')
    ) {
      const name = input.color ?? input.theme.primaryColor;
      return {
        ...colors,
        color: `light-dark(color-mix(in srgb, var(--mantine-color-${name}-9), black 32%), var(--mantine-color-${name}-2))`,
      };
    }
    // Nor can white be read well on its red.
    if (input.variant === 'filled' && input.color === 'red')
      return {
        ...colors,
        background: 'var(--mantine-color-red-9)',
        hover: 'color-mix(in srgb, var(--mantine-color-red-9), black 15%)',
      };
    return colors;
  },
});

/** Greys and the red of errors with enough contrast for small text, and the paper of the page. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545d58',
    '--mantine-color-placeholder': '#6a736e',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-body': '#ffffff',
    '--lectern-paper': '#faf8f4',
    '--lectern-line': '#dfddd6',
    '--lectern-stage': '#e9ece8',
    '--lectern-tile': '#cdd6d0',
    '--lectern-accent': '#17574a',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b5af',
    '--mantine-color-placeholder': '#93a099',
    '--mantine-color-error': '#ff9b93',
    '--mantine-color-body': '#1a211e',
    '--lectern-paper': '#121715',
    '--lectern-line': '#333d38',
    '--lectern-stage': '#0b0f0d',
    '--lectern-tile': '#2a332f',
    '--lectern-accent': '#7ebba1',
  },
});
