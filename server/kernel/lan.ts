import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Certificate and key; `selfMade` = no browser trusts it by itself. */
export interface TlsFiles {
  cert: string;
  key: string;
  selfMade?: boolean;
}

/** The IPv4 address under which other machines in the building most likely reach this one. */
export function lanAddress(): string | null {
  const candidates = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => address.family === 'IPv4' && !address.internal)
      .map((address) => ({ name, address: address.address })),
  );
  // A bridge of a container engine is nobody's classroom network.
  const real = candidates.find(({ name }) => !/^(docker|br-|veth|virbr|tun|tap)/.test(name));
  return (real ?? candidates[0])?.address ?? null;
}

/**
 * A certificate for this machine's address, made once and kept. Browsers warn of it once per device, and then give
 * camera and microphone, which they refuse on plain http.
 */
export async function lanCertificate(dataDir: string, address: string): Promise<TlsFiles> {
  const dir = join(dataDir, 'tls');
  const files: TlsFiles = { cert: join(dir, 'lan-cert.pem'), key: join(dir, 'lan-key.pem'), selfMade: true };
  const madeFor = join(dir, 'lan-address');
  if (existsSync(madeFor) && readFileSync(madeFor, 'utf8') === address) return files;
  const pems = await generate([{ name: 'commonName', value: address }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + 365 * 24 * 3_600_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: address },
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(files.key, pems.private, { mode: 0o600 });
  writeFileSync(files.cert, pems.cert);
  writeFileSync(madeFor, address);
  return files;
}
