/** Finds the addresses of a receiver and checks every one, so that a request can be held to those that were checked. */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { isPublicAddress } from './public-address.js';
import { notPublic } from './receiver-url.js';

const lookUp = promisify(lookup);

/** A receiver at an address that nothing is sent to. */
export class AddressRefusedError extends Error {
  constructor(address: string) {
    super(notPublic(address));
    this.name = 'AddressRefusedError';
  }
}

/** Finds every address of a host; another one than the system's is for tests. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

export const resolveBySystem: Resolve = (host) => lookUp(host, { all: true });

/** Throws `AddressRefusedError` when one of the addresses is not public, unless those are allowed. */
export async function resolveReceiver(host: string, allowPrivate: boolean, resolve: Resolve): Promise<LookupAddress[]> {
  const addresses = await resolve(host);
  for (const { address } of addresses) {
    if (!allowPrivate && !isPublicAddress(address)) throw new AddressRefusedError(address);
  }
  return addresses;
}

/** A lookup for a request that answers the checked addresses alone: a name that changes meanwhile changes nothing. */
export function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error(`${host} has no address.`), '', 0);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
