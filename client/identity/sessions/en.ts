export const sessionsTexts = {
  nav: 'Devices',
};
