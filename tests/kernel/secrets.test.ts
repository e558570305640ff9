import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecrets, newSecret } from '../../server/kernel/secrets.ts';

const key = (id: number) => ({ id, key: randomBytes(32) });
const of = (...keys: ReturnType<typeof key>[]) => createSecrets({ pepper: 'the pepper of a test', keys });

describe('a sealed value', () => {
  it('is opened where it was sealed for, and never reads as what it holds', () => {
    const secrets = of(key(1));
    const sealed = secrets.seal('users:1', 'JBSWY3DPEHPK3PXP');
    expect(sealed.toString('latin1')).not.toContain('JBSWY3DP');
    expect(secrets.seal('users:1', 'JBSWY3DPEHPK3PXP').equals(sealed)).toBe(false);
    expect(secrets.open('users:1', sealed).toString()).toBe('JBSWY3DPEHPK3PXP');
  });

  it('cannot be moved to another row, nor changed in any byte', () => {
    const secrets = of(key(1));
    const sealed = secrets.seal('users:1', 'secret');
    expect(() => secrets.open('users:2', sealed)).toThrow(/authenticate data/);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => secrets.open('users:1', changed)).toThrow(/authenticate data|does not have/);
    }
    expect(() => secrets.open('users:1', sealed.subarray(0, -1))).toThrow(/authenticate data/);
  });

  it('is opened with the key it names, as long as that is kept', () => {
    const [old, fresh] = [key(1), key(2)];
    const sealed = of(old).seal('users:1', 'secret');
    expect(of(fresh, old).open('users:1', sealed).toString()).toBe('secret');
    expect(of(fresh, old).seal('users:1', 'secret')[0]).toBe(2);
    expect(() => of(fresh).open('users:1', sealed)).toThrow(/a key that this server does not have/);
  });
});

describe('a secret of the server’s own making', () => {
  it('has 256 random bits, and is another one each time', () => {
    const made = Array.from({ length: 1000 }, () => newSecret());
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(1000);
    const bytes = made.map(({ secret }) => Buffer.from(secret, 'base64url'));
    expect(new Set(bytes.map(({ length }) => length))).toEqual(new Set([32]));
    // Every bit of them is set about every other time.
    for (let bit = 0; bit < 256; bit += 1) {
      const set = bytes.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
      expect(set).toBeGreaterThan(400);
      expect(set).toBeLessThan(600);
    }
  });
});

describe('a keyed hash', () => {
  it('is another one for each purpose and each pepper', () => {
    const secrets = of(key(1));
    const other = createSecrets({ pepper: 'another pepper', keys: [key(1)] });
    const hashes = [
      secrets.pepper('proof code', '123456'),
      secrets.pepper('proof link', '123456'),
      other.pepper('proof code', '123456'),
    ].map((hash) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(3);
    expect(secrets.pepper('proof code', '123456').toString('hex')).toBe(hashes[0]);
  });
});
