export const accountsTexts = {
  profile: { nav: 'Profile' },
};
