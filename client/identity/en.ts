export const identityTexts = {
  shell: { account: 'Your account', admin: 'Administration' },
  signIn: {
    title: 'Sign in',
    lead: 'To your classes and courses.',
    email: 'E-mail address, phone number or username',
    password: 'Password',
    submit: 'Sign in',
    failed: 'That did not work',
    lockedUntil: 'Too many wrong passwords. Try again at {{time}}.',
    retryAfter: 'Too many attempts. Try again in {{seconds}} seconds.',
    invalidEmail:
      'Enter an e-mail address, such as name@school.org, a phone number with its country code, or a username.',
    showPassword: 'Show the password',
    missingPassword: 'Enter your password.',
    remember: 'Stay signed in on this device',
  },
  demo: {
    title: 'This is a demonstration server',
    text: 'Choose an account to fill in the form. The password is the same for all: {{password}}',
    use: 'Use the account {{email}}',
    plain: 'Choose an account; the server’s start-up message tells the password.',
  },
  ended: {
    title: 'You were signed out',
    ended_elsewhere: 'This sign-in was ended, here or on another device. Sign in again to go on.',
    superseded:
      'You signed in on another device. Your school allows one at a time, so you were signed out here.',
    account_inactive: 'This account is not active any more. Ask your school if that is a mistake.',
    account_suspended: 'This account is suspended. Ask your school if that is a mistake.',
    account_suspended_until:
      'This account is suspended until {{day}}, {{time}}. Ask your school if that is a mistake.',
  },
};
