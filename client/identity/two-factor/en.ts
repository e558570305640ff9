export const twoFactorTexts = {
  nav: 'Two-factor',
};
