/** The account's id as an authenticator keeps it beside the passkey: 16 bytes that say nothing about the person. */
export function userHandleOf(userId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}

/** Whether a user handle (base64url) that came with an answer is that account's. */
export function isHandleOf(userHandle: string, userId: string): boolean {
  return Buffer.from(userHandle, 'base64url').equals(userHandleOf(userId));
}
