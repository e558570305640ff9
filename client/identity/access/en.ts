export const accessTexts = {
  nav: 'Roles',
};
