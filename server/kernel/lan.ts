import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const dayMs = 24 * 3_600_000;
const validDays = 365;
/** A certificate that ends sooner than that is made anew: nobody's lesson should meet its end. */
const spareDays = 30;

/**
 * A certificate for this machine's address, kept for as long as it fits. Browsers warn of it once per device, and then give
 * camera and microphone, which they refuse on plain http.
 */
export async function lanCertificate(
  dataDir: string,
  address: string,
  now: Date = new Date(),
): Promise<TlsFiles> {
  const dir = join(dataDir, 'tls');
  const files: TlsFiles = { cert: join(dir, 'lan-cert.pem'), key: join(dir, 'lan-key.pem'), selfMade: true };
  if (fits(files.cert, address, now)) return files;
  const pems = await generate([{ name: 'commonName', value: address }], {
    keyType: 'ec',
    notBeforeDate: now,
    notAfterDate: new Date(now.getTime() + validDays * dayMs),
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
  return files;
}

function fits(file: string, address: string, now: Date): boolean {
  try {
    const certificate = new X509Certificate(readFileSync(file));
    const left = certificate.validToDate.getTime() - now.getTime();
    return certificate.checkIP(address) !== undefined && left > spareDays * dayMs;
  } catch {
    return false; // There is none yet, or it cannot be read.
  }
}
