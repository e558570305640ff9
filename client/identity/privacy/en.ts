export const privacyTexts = {
  nav: 'Privacy',
};
