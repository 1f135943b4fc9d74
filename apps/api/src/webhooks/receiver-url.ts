/** The address of a receiver, as it is posted: what can be known to be wrong with it is refused at once. */
import { isIP } from 'node:net';
import { TrainyardError } from '@trainyard/contracts';
import { isPublicAddress } from './public-address.js';

/**
 * The address in its normal form. Throws `invalid_request` with `pointer` for one that is no http or https address, has
 * a user name or password in it, or names an address that is not public where those are not allowed. What a name
 * resolves to is looked at when something is sent.
 */
export function readReceiverUrl(posted: string, pointer: string, allowPrivate: boolean): string {
  const url = URL.canParse(posted) ? new URL(posted) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw refused(pointer, 'Expected an address such as https://example.com/hook.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused(pointer, 'Leave the user name and password out; verify the signature of each message instead.');
  }
  const host = hostOf(url);
  if (isIP(host) !== 0 && !allowPrivate && !isPublicAddress(host)) throw refused(pointer, notPublic(host));
  return url.href;
}

/** The host without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function notPublic(address: string): string {
  return `${address} is not a public address. Use one, or ask the operator to set TRAINYARD_WEBHOOK_ALLOW_PRIVATE.`;
}

function refused(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', `The webhook cannot be used. ${detail}`, {
    errors: [{ pointer, detail }],
  });
}
