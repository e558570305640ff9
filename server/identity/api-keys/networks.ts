import ipaddr from 'ipaddr.js';

/** The network in its usual form: host bits cleared, an IPv4 network in IPv6 clothes as IPv4. */
export function canonicalNetwork(text: string): string {
  const [address = '', given] = text.split('/');
  const parsed = ipaddr.parse(address);
  const mapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
  const bits = given === undefined ? (parsed.kind() === 'ipv4' ? 32 : 128) : Number(given);
  if (mapped && bits >= 96) return network(parsed.toIPv4Address(), bits - 96);
  return network(parsed, bits);
}

const network = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string => {
  const cidr = `${address.toString()}/${bits}`;
  const base =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${base.toString()}/${bits}`;
};

/** Whether an address is in one of the networks; in none of none, everybody is let in. An unknown address is in no network. */
export function isAllowed(address: string | null, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  if (address === null || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some((one) => {
    const [base, bits] = ipaddr.parseCIDR(one);
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
}
