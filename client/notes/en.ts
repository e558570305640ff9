/** Texts of the namespace `notes`. */
export const notesEn = {
  editor: {
    label: 'Shared note',
    keys: 'To leave the note with the keyboard, press Escape and then Tab.',
    loading: 'Opening the note',
    people: 'Writing here: {{names}}',
  },
  toolbar: {
    label: 'Formatting',
  },
  state: {
    opening: 'Opening…',
    saved: 'Saved',
    saving: 'Saving…',
    offline: 'Offline. What you write is kept on this device.',
    offlineUnkept: 'Offline. What you write is kept only while this page stays open.',
    readonly: 'Read only',
    refused: 'Read only. Your last changes were not taken; they are still here to be copied.',
  },
  error: {
    signedOut: 'You are signed out. Sign in again to go on writing.',
    forbidden: 'You may not open this note any more.',
    missing: 'This note does not exist.',
    tooLarge:
      'This note has reached its size limit. Your last changes are not saved; copy them, then shorten the note.',
    tooFast: 'Too much at once. The note comes back in a moment.',
  },
  retry: 'Try again',
};
