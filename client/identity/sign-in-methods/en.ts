export const signInMethodsTexts = {
  nav: 'Ways to sign in',
};
