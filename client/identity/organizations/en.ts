export const organizationsTexts = {
  nav: 'Organizations',
};
