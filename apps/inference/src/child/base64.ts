/** Image files in base64, plain or as a `data:` URL. */
import { TrainyardError } from '@trainyard/contracts';

const DATA_URL = /^data:[\w.+/-]{0,100}(;[\w.+=-]{1,100}){0,4};base64,/i;
const DATA_URL_LENGTH_MAX = 600;
/** Both alphabets of RFC 4648. The two parts share no character, so a text of any length is read once. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Line breaks are passed over, since many encoders put them in. Throws `invalid_image` for what is not base64. */
export function fromBase64(text: string): Uint8Array {
  const start = DATA_URL.exec(text.slice(0, DATA_URL_LENGTH_MAX))?.[0].length ?? 0;
  const encoded = text.slice(start).replaceAll(/\s/g, '');
  if (BASE64.test(encoded)) return Buffer.from(encoded, 'base64');
  const shown = JSON.stringify(text.slice(0, 20));
  const came = `Received ${text.length} characters that begin with ${shown}.`;
  throw new TrainyardError(
    'invalid_image',
    `The text is not base64. Send the bytes of an image file in base64. ${came}`,
  );
}
