import type { CDPSession } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { Person } from '../support/browser.ts';
import { createUser, password } from '../support/factories.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let url: string;

beforeAll(async () => {
  // A passkey belongs to a name; a browser makes none for an address.
  url = stage.url.replace('127.0.0.1', 'localhost');
  await createUser(stage.databaseUrl, { email: 'ada@test.lectern', displayName: 'Ada' });
});

interface Sensor {
  cdp: CDPSession;
  authenticatorId: string;
  /** Whether a finger is there. A request that finds none waits for ever, also when one comes later. */
  touch: (finger: boolean) => Promise<void>;
}

/** A phone or laptop with a fingerprint sensor, as Chromium simulates it. */
async function fingerprintSensor(person: Person): Promise<Sensor> {
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const touch = async (enabled: boolean): Promise<void> => {
    await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  };
  return { cdp, authenticatorId, touch };
}

/**
 * Opens the sign-in page and signs in by its passkey button. The page also waits for a passkey in the background, which a
 * finger that is there already would sign in: so it comes after the click, and before the device is asked.
 */
async function signInByButton(person: Person, { touch }: Sensor, address: string): Promise<void> {
  const { page } = person;
  await touch(false);
  const challenges = '**/auth/passkeys/options';
  // A sign-in page that is there already asks for a challenge too: its answer is not the one to wait for.
  await page.goto('about:blank');
  const waiting = page.waitForResponse(challenges);
  await page.goto(address);
  await waiting;
  const finger = Promise.withResolvers<void>();
  await page.route(challenges, (route) => finger.promise.then(() => route.continue()), { times: 1 });
  const asked = page.waitForRequest(challenges);
  await person.at('sign-in-passkey').click();
  await asked;
  await touch(true);
  finger.resolve();
}

it('a passkey is made on the account page, signs in without a name, and is removed', async () => {
  const ada = await stage.arrive('Ada');
  const { page } = ada;
  const sensor = await fingerprintSensor(ada);

  await ada.signIn(url, 'ada@test.lectern', password, '/account/ways-to-sign-in');
  await ada.at('passkeys-empty').waitFor();

  await ada.at('passkey-add').click();
  await ada.at('passkey-name').fill('Fingerprint');
  await ada.at('passkey-name-submit').click();
  await ada.at('passkey-row').filter({ hasText: 'Fingerprint' }).waitFor();

  await ada.at('passkey-rename').click();
  await ada.at('passkey-name').fill('My laptop');
  await ada.at('passkey-name-submit').click();
  await ada.at('passkey-row').filter({ hasText: 'My laptop' }).waitFor();

  // The same device again: it knows that it has one.
  await ada.at('passkey-add').click();
  await ada.at('passkey-name-submit').click();
  await ada.at('problem').filter({ hasText: 'already has a passkey' }).waitFor();
  await page.keyboard.press('Escape');

  // Signed out, the page goes to sign-in by itself and waits there for a passkey.
  await sensor.touch(false);
  await ada.at('account-menu').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await ada.at('sign-in-submit').waitFor();
  await signInByButton(ada, sensor, `${url}/sign-in?next=/account/ways-to-sign-in`);
  await ada.at('passkey-row').filter({ hasText: 'Last used' }).waitFor();

  await ada.at('passkey-remove').click();
  await ada.at('confirm').click();
  await ada.at('passkeys-empty').waitFor();
  expect(ada.problems).toEqual([]);
  await ada.leave();
});

it('a passkey that was removed is refused, with a sentence and the way back', async () => {
  const ben = await stage.arrive('Ben');
  const sensor = await fingerprintSensor(ben);
  const { cdp, authenticatorId } = sensor;
  // What a device still holds when the account has forgotten it.
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
  ]);
  await cdp.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: Buffer.from('forgotten').toString('base64'),
      isResidentCredential: true,
      rpId: 'localhost',
      userHandle: Buffer.alloc(16, 1).toString('base64'),
      privateKey: Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64'),
      signCount: 0,
    },
  });
  await signInByButton(ben, sensor, `${url}/sign-in`);
  await ben.at('problem').filter({ hasText: 'not accepted' }).waitFor();
  expect(await ben.at('sign-in-submit').isEnabled()).toBe(true);
  await ben.leave();
});
