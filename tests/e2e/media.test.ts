import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createClass, createSchool, password } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

/** What people see of audio and video besides seeing and hearing each other. */

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let school: School;
let teacher: TestActor;
let ids: { ada: string; ben: string; cem: string };
let sessionId: string;
let present: Person[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  school = await createSchool(database.url, { students: 2 });
  const [ada, ben, cem] = await Promise.all(
    ['teacher', 'student1', 'student2'].map((name) => signIn(server.url, `${name}@test.lectern`)),
  );
  teacher = ada as TestActor;
  ids = { ada: teacher.user.id, ben: ben?.user.id ?? '', cem: cem?.user.id ?? '' };
  browser = await launchBrowser();
});
afterEach(async () => {
  await Promise.all(present.splice(0).map((person) => person.leave()));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

async function arrive(
  name: string,
  account: string,
  options: Parameters<typeof Person.arrive>[2] & { microphone?: 'silent' | 'voice' } = {},
): Promise<Person> {
  const person = await Person.arrive(browser, name, options);
  present.push(person);
  if (options.microphone) await giveMicrophone(person.context, options.microphone);
  await person.signIn(server.url, `${account}@test.lectern`, password);
  await person.enterClass(server.url, sessionId);
  return person;
}

/** A microphone that gives digital silence, as a muted headset does, or a steady voice. */
async function giveMicrophone(context: BrowserContext, kind: 'silent' | 'voice'): Promise<void> {
  await context.addInitScript((what) => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (!wanted?.audio) return open(wanted);
      const audio = new AudioContext();
      const device = audio.createMediaStreamDestination();
      const voice = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = what === 'voice' ? 0.5 : 0;
      voice.connect(volume).connect(device);
      voice.start();
      return device.stream;
    };
  }, kind);
}

const tile = (viewer: Person, userId: string, source = 'camera') =>
  viewer.page.locator(`[data-testid="tile"][data-user-id="${userId}"][data-source="${source}"]`);

describe('audio and video', () => {
  it('[MD43] the floor opens the microphone in the tab the hand was raised in, without a word of error in the other', async () => {
    ({ sessionId } = await createClass(database.url, school));
    const ada = await arrive('Ada', 'teacher');
    const desk = await arrive('Ben at the desk', 'student1');
    const phone = await arrive('Ben’s telephone', 'student1', { viewport: { width: 390, height: 844 } });
    await desk.at('toggle-hand').click();
    await ada.at('open-people').click();
    await ada.at('give-floor').click();
    await tile(ada, ids.ben).and(ada.page.locator('[data-microphone="on"]')).waitFor();
    await phone.at('microphone-elsewhere').waitFor();
    await phone.screenshot('09-floor-elsewhere');
    expect((await phone.stats()).outbound).toEqual([]);
    expect(await phone.at('media-problem').count()).toBe(0);
    await desk.until('speaks', (stats) => stats.outbound.some((one) => one.packets > 10));
    await ada.at('take-floor').click();
    await tile(ada, ids.ben).and(ada.page.locator('[data-microphone="off"]')).waitFor();
    await phone.at('microphone-elsewhere').waitFor({ state: 'detached' });
    expect([ada, desk, phone].flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('[MD41] who is not heard is told so until they are muted, and who is heard is not', async () => {
    ({ sessionId } = await createClass(database.url, school));
    const ada = await arrive('Ada', 'teacher', { microphone: 'voice' });
    const ben = await arrive('Ben', 'student1', { microphone: 'silent' });
    await ada.at('toggle-microphone').click();
    await ben.at('toggle-microphone').click();
    await ben.at('microphone-silent').waitFor();
    await ben.screenshot('10-no-sound');
    expect(await ada.at('microphone-silent').count()).toBe(0);
    await ben.at('toggle-microphone').click();
    await ben.at('microphone-silent').waitFor({ state: 'detached' });
  });

  it('speaks DTLS 1.2 or newer and an SRTP profile that authenticates', async () => {
    ({ sessionId } = await createClass(database.url, school));
    const ada = await arrive('Ada', 'teacher', { microphone: 'voice' });
    const ben = await arrive('Ben', 'student1');
    await ada.at('toggle-microphone').click();
    const { tlsVersion, dtlsCipher, srtpCipher } = await ben.until(
      'sound arrives',
      ({ inbound }) => inbound.find(({ packets }) => packets > 10)?.protection,
    );
    // As in the protocol: DTLS 1.2 is FEFD, and newer ones count downwards.
    expect(Number.parseInt(tlsVersion, 16)).toBeLessThanOrEqual(0xfefd);
    expect(tlsVersion).toMatch(/^FEF/i);
    expect(dtlsCipher).toMatch(
      /^TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384)$/,
    );
    expect(srtpCipher).toMatch(
      /^(SRTP_)?(AEAD_AES_(128|256)_GCM|AES_CM_128_HMAC_SHA1_80|AES128_CM_SHA1_80)$/,
    );
  });

  it('[MD45] who talks while muted is told so', async () => {
    ({ sessionId } = await createClass(database.url, school));
    const ada = await arrive('Ada', 'teacher', { microphone: 'voice' });
    await ada.at('toggle-microphone').click();
    await ada.page.locator('[data-testid="toggle-microphone"][data-state="on"]').waitFor();
    expect(await ada.at('microphone-muted').count()).toBe(0);
    await ada.at('toggle-microphone').click();
    await ada.at('microphone-muted').waitFor();
    await ada.screenshot('11-muted');
    await ada.at('microphone-muted').waitFor({ state: 'detached' });
  });

  it('[MD46] two shared screens can both be seen, and one is pinned with the keyboard', async () => {
    ({ sessionId } = await createClass(database.url, school));
    const ada = await arrive('Ada', 'teacher');
    const ben = await arrive('Ben', 'student1');
    const cem = await arrive('Cem', 'student2');
    // Screens are locked at first.
    const key = await LiveSocket.connect(server.url, teacher.accessToken);
    await key.join(sessionId);
    await key.durable('lock.set', { screen: false });
    key.close();
    await ada.at('toggle-camera').click();
    for (const who of [ada, ben]) await who.at('toggle-screen').click();
    const shown = (userId: string) =>
      cem.until(`the screen of ${userId}`, ({ inbound }) =>
        inbound.some((one) => one.userId === userId && one.source === 'screen' && one.framesDecoded > 2),
      );
    await Promise.all([shown(ids.ada), shown(ids.ben)]);
    const widthOf = async (userId: string): Promise<number> =>
      (await tile(cem, userId, 'screen').boundingBox())?.width ?? 0;
    const [large, small] =
      (await widthOf(ids.ada)) > (await widthOf(ids.ben)) ? [ids.ada, ids.ben] : [ids.ben, ids.ada];
    const pin = tile(cem, small, 'screen').getByTestId('pin');
    await pin.focus();
    await cem.page.keyboard.press('Enter');
    await tile(cem, small, 'screen').locator('[data-testid="pin"][data-pinned]').waitFor();
    expect(await widthOf(small)).toBeGreaterThan(2 * (await widthOf(large)));
    await cem.screenshot('12-two-screens');
    await cem.page.setViewportSize({ width: 390, height: 844 });
    await tile(cem, large, 'screen').waitFor();
    await cem.screenshot('13-two-screens-phone');
    await cem.page.setViewportSize({ width: 1280, height: 800 });
    await tile(cem, ids.ada).getByTestId('pin').focus();
    await cem.page.keyboard.press('Enter');
    await tile(cem, ids.ada).and(cem.page.locator('[data-large]')).waitFor();
    await cem.screenshot('14-pinned-person');
    expect(cem.problems).toEqual([]);
  });
});
