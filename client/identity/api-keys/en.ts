export const apiKeysTexts = {
  nav: 'API keys',
};
