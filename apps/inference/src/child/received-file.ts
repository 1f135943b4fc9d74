/** What came in place of an image, for whoever has to find out why: how much it is and how it begins. */

const BYTES_SHOWN = 12;
const PRINTABLE = /^[\x20-\x7e]+$/;

export function receivedFile(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'Received no bytes.';
  const head = Buffer.from(bytes.subarray(0, BYTES_SHOWN));
  const text = head.toString('latin1');
  const shown = PRINTABLE.test(text) ? JSON.stringify(text) : (head.toString('hex').match(/../g) ?? []).join(' ');
  return `Received ${bytes.length} bytes that begin with ${shown}.`;
}
