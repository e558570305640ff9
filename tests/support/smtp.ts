import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What a server says to one try of a message: it takes it, is busy, or never answers. */
export type SmtpAnswer = 'take' | 'busy' | 'silence';

export interface TestSmtp {
  url: string;
  /** What was taken, as it came. */
  got: string[];
  tries(): number;
  close(): Promise<void>;
}

/** A real SMTP server. @param answer to the try of that number, from 1 */
export async function startSmtp(answer: (attempt: number) => SmtpAnswer = () => 'take'): Promise<TestSmtp> {
  const got: string[] = [];
  let tries = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo(_address, _session, done) {
      tries += 1;
      const said = answer(tries);
      if (said === 'take') done();
      else if (said === 'busy') done(Object.assign(new Error('mailbox busy'), { responseCode: 451 }));
    },
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        got.push(text);
        done();
      });
    },
  });
  // Who is killed in the middle of a message hangs up without a word.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    got,
    tries: () => tries,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
