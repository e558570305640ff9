export const guardiansTexts = {
  nav: 'Family',
};
