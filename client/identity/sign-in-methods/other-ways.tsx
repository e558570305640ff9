/** The other ways to sign in (passkey, OpenID Connect), below the form. */
export function OtherWays() {
  return null;
}
