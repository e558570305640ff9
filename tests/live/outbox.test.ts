import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelListener } from '../../client/kernel/socket.ts';
import { createOutbox, forgetOutboxes } from '../../client/kernel/outbox.ts';
import { RequestError } from '../../client/kernel/request-error.ts';
import { setSignedIn, setSignedOut } from '../../client/kernel/sign-in-state.ts';
import { historyAfterJoin } from '../../client/live/connection/chat-history.ts';
import { openLiveClient } from '../../client/live/connection/live-client.ts';
import type { LiveClient } from '../../client/live/connection/live-client.ts';
import { alertAt, plannedEnd } from '../../client/live/room/time-left.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { ChatMessageView, RoomSnapshot } from '../../shared/live/contract.ts';

/** As a browser's: the names are the keys of the object. */
class TabStorage {
  [name: string]: unknown;
  getItem(name: string): string | null {
    return Object.hasOwn(this, name) ? (this[name] as string) : null;
  }
  setItem(name: string, value: string): void {
    this[name] = value;
  }
  removeItem(name: string): void {
    delete this[name];
  }
}

type Answer = (input: Record<string, unknown>) => unknown;

const wire = vi.hoisted(() => ({
  listener: null as ChannelListener | null,
  connected: false,
  sent: [] as { event: string; input: Record<string, unknown> }[],
  answers: {} as Record<string, Answer>,
}));
vi.mock('../../client/kernel/socket.ts', () => ({
  openChannel: (_channel: unknown, listener: ChannelListener) => {
    wire.listener = listener;
    const request = async (event: string, input: Record<string, unknown>) => {
      if (!wire.connected) throw new RequestError({ code: 'disconnected', message: '' });
      wire.sent.push({ event, input });
      return (wire.answers[event] ?? (() => ({})))(input);
    };
    return {
      request,
      requestUntyped: request,
      isConnected: () => wire.connected,
      close: () => (wire.connected = false),
    };
  },
}));

const refuse = (code: string) => (): never => {
  throw new RequestError({ code, message: '' } as ConstructorParameters<typeof RequestError>[0]);
};
const began = Date.now();
const snapshot = (runningSince: number, chat: ChatMessageView[] = []) =>
  ({
    session: { id: 'class', status: 'live', runningSince: new Date(runningSince).toISOString() },
    chat,
    chatHasOlder: false,
  }) as unknown as RoomSnapshot;
const sent = (event: string) => wire.sent.filter((one) => one.event === event);
const settle = () => vi.advanceTimersByTimeAsync(0);

function enter(userId = 'ada', runningSince = began): LiveClient {
  wire.answers['join'] ??= () => ({ snapshot: snapshot(runningSince), seq: 1 });
  const client = openLiveClient('class', userId, {
    onState: () => undefined,
    onFact: () => undefined,
    onSignal: () => undefined,
    onLost: () => undefined,
  });
  return client;
}
async function connect(): Promise<void> {
  wire.connected = true;
  wire.listener?.onConnect();
  await settle();
}
async function disconnect(): Promise<void> {
  wire.connected = false;
  wire.listener?.onDisconnect();
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers({ now: began });
  vi.stubGlobal('sessionStorage', new TabStorage());
  vi.stubGlobal('window', { addEventListener: () => undefined });
  Object.assign(wire, { listener: null, connected: false, sent: [], answers: {} });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('what is not sent yet', () => {
  it('[LV40] belongs to a person: nobody sends what somebody else wrote in the same tab', async () => {
    const ada = enter('ada');
    ada.chat.send('I am Ada');
    void ada.send('hand.raise', {});
    await settle();
    expect(wire.sent).toEqual([]);
    // Gone without closing the class, as by a crash of the page.
    const ben = enter('ben');
    await connect();
    expect(ben.getState().pending).toEqual([]);
    expect(sent('chat.send')).toEqual([]);
    await disconnect();
    ben.close();
    const again = enter('ada');
    await connect();
    expect(sent('chat.send').map(({ input }) => input['text'])).toEqual(['I am Ada']);
    again.close();
  });

  it('[LV40] goes with the sign-out, and with the sign-in of somebody else', async () => {
    const view = (id: string) =>
      ({
        accessToken: 't',
        expiresAt: new Date(began + 900_000).toISOString(),
        user: { id, organizationId: null },
      }) as unknown as SignedInView;
    const left = (id: string) => {
      const box = createOutbox({
        userId: id,
        scope: 'class',
        now: Date.now,
        lifeOf: () => 1000,
        send: async () => ({}),
      });
      return { box, count: box.entries().length };
    };
    setSignedIn(view('ada'), began);
    left('ada').box.add('chat.send', { text: 'mine' });
    setSignedIn(view('ada'), began);
    expect(left('ada').count).toBe(1);
    // Ended elsewhere: she may come back for it.
    setSignedOut('ended_elsewhere');
    expect(left('ada').count).toBe(1);
    setSignedIn(view('ben'), began);
    expect(left('ada').count).toBe(0);
    left('ben').box.add('chat.send', { text: 'his' });
    setSignedOut('none');
    expect(left('ben').count).toBe(0);
    forgetOutboxes(null);
  });

  it('[LV41] in an ended class is forgotten but for the chat: it does not happen to the reopened one', async () => {
    const client = enter();
    await connect();
    await disconnect();
    client.chat.send('See you');
    void client.send('session.end', {});
    void client.send('hand.raise', {});
    wire.answers['join'] = refuse('session_not_live');
    await connect();
    expect(client.getState().connection).toEqual({ state: 'closed', code: 'session_not_live' });
    wire.answers['join'] = () => ({ snapshot: snapshot(began), seq: 9 });
    const again = enter();
    await connect();
    expect(wire.sent.map(({ event }) => event).filter((event) => event !== 'join')).toEqual(['chat.send']);
    again.close();
  });

  it('[LV41] from an earlier lesson is not done to this one, and nothing is sent a day late', async () => {
    const old = enter();
    void old.send('hand.raise', {});
    old.chat.send('from the lesson before');
    vi.setSystemTime(began + 600_000);
    wire.answers['join'] = () => ({ snapshot: snapshot(began + 300_000), seq: 1 });
    const next = enter();
    await connect();
    expect(wire.sent.map(({ event }) => event)).toEqual(['join', 'chat.send']);
    await disconnect();
    next.chat.send('too late');
    vi.setSystemTime(began + 30 * 3_600_000);
    const late = enter();
    await connect();
    expect(sent('chat.send')).toHaveLength(1);
    late.close();
  });

  it('[LV42] a refused line is tried again with its key, and a failing server a few times by itself', async () => {
    const client = enter();
    await connect();
    wire.answers['chat.send'] = refuse('chat_locked');
    client.chat.send('May I?');
    await settle();
    const [line] = client.getState().pending;
    expect(line).toMatchObject({ state: 'refused', code: 'chat_locked' });
    wire.answers['chat.send'] = refuse('internal');
    client.chat.retry(line?.key ?? '');
    expect(client.getState().pending).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.getState().pending).toMatchObject([{ state: 'refused', code: 'internal' }]);
    wire.answers['chat.send'] = () => ({ id: 'm', sentAt: '' });
    client.chat.retry(line?.key ?? '');
    await settle();
    expect(client.getState().pending).toMatchObject([{ state: 'acknowledged' }]);
    const keys = sent('chat.send').map(({ input }) => input['key']);
    expect(keys).toHaveLength(1 + 3 + 1);
    expect(new Set(keys)).toEqual(new Set([line?.key]));
    client.close();
  });
});

describe('leaving', () => {
  it('[LV44] is at once, also where the server hangs; the connection is kept until it has heard of it', async () => {
    const client = enter();
    await connect();
    const heard = Promise.withResolvers<object>();
    wire.answers['leave'] = () => heard.promise;
    client.leave();
    expect(client.getState().connection).toEqual({ state: 'closed', code: 'left' });
    await settle();
    expect(sent('leave')).toHaveLength(1);
    expect(wire.connected).toBe(true);
    heard.resolve({});
    await settle();
    expect(wire.connected).toBe(false);
  });
});

describe('coming back', () => {
  it('[LV32] waits while the server still counts the dead connections, and gives up when it goes on saying so', async () => {
    const client = enter();
    await connect();
    await disconnect();
    wire.answers['join'] = refuse('too_many_connections');
    await connect();
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.getState().connection.state).toBe('reconnecting');
    wire.answers['join'] = () => ({ snapshot: snapshot(began), seq: 2 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(client.getState().connection.state).toBe('connected');
    await disconnect();
    wire.answers['join'] = refuse('too_many_connections');
    await connect();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.getState().connection).toEqual({ state: 'closed', code: 'too_many_connections' });
  });

  it('[LV31] joins the known chat to the new one without a double line', () => {
    const line = (id: string) => ({ id }) as ChatMessageView;
    const known = { older: [line('1'), line('2')], newer: [line('3'), line('4')], hasOlder: true };
    const after = (chat: string[]) =>
      historyAfterJoin(known, { chat: chat.map(line), chatHasOlder: true }).older.map(({ id }) => id);
    expect(after(['3', '4', '5'])).toEqual(['1', '2']);
    expect(after(['3', '2', '5'])).toEqual(['1']);
    expect(after(['9'])).toEqual([]);
  });
});

describe('the planned end', () => {
  it('[LV29] is told five minutes and one minute before, counted from the present lesson', () => {
    const minute = 60_000;
    const end = plannedEnd({ runningSince: new Date(began).toISOString(), durationMinutes: 45 });
    expect(end).toBe(began + 45 * minute);
    const at = (left: number) => alertAt(end, began + (45 - left) * minute);
    expect([at(6), at(5), at(4.1), at(4), at(1.5), at(1), at(0.1), at(0), at(-3)]).toEqual([
      null,
      5,
      5,
      null,
      null,
      1,
      1,
      null,
      null,
    ]);
    expect(alertAt(plannedEnd({ runningSince: null, durationMinutes: 45 }), began)).toBeNull();
  });
});
