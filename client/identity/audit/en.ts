export const auditTexts = {
  nav: 'Audit',
};
