export const peopleTexts = {
  nav: 'People',
};
