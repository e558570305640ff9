export const privacyTexts = {
  nav: 'Your data',
  title: 'Your data',
  avatar: {
    title: 'Picture',
    text: 'Others see it beside your name in classes and lists. It is cut to a square; place and camera are taken out.',
    choose: 'Choose a picture',
    remove: 'Remove',
    saved: 'The picture is saved.',
    removed: 'The picture is gone.',
    failed: 'The picture was not saved',
    tooLarge: 'The picture is larger than 5 MB.',
  },
  export: {
    title: 'A copy of your data',
    text: 'Everything this server keeps about you, as a file that programs can read too.',
    download: 'Download',
    failed: 'The copy could not be made',
    done: 'The copy was downloaded.',
  },
  deactivate: {
    title: 'Put the account to rest',
    text: 'You are signed out everywhere, and nobody can sign in until an administrator reactivates the account. Nothing is deleted.',
    action: 'Deactivate',
    ask: 'Deactivate this account?',
  },
  erase: {
    title: 'Erase the account',
    text: 'Name, addresses, picture, profile and sign-ins are erased for ever. Messages and notes that you wrote for others stay, under “Deleted user”.',
    action: 'Erase for ever',
    ask: 'Erase this account for ever?',
    warning: 'This cannot be undone. Download a copy of your data first if you want one.',
  },
  confirm: {
    label: 'Your password, or your code ({{code}}) if the account has none',
    failed: 'That did not work',
    wrong: 'That is not right.',
  },
};
