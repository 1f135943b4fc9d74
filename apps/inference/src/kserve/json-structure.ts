/** Looks at the brackets of a JSON text before it is parsed: built for that, a few megabytes can take seconds to parse. */

/** No tensor has so many dimensions. */
const DEPTH_MAX = 32;
const OBJECTS_MAX = 4096;
const ARRAYS_MAX = 500_000;
/** Less than this is parsed in no time, whatever it is. */
const HARMLESS_BYTES = 64 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Undefined where nothing speaks against parsing it. */
export function whyNotParsed(json: Buffer): string | undefined {
  if (json.length <= HARMLESS_BYTES) return undefined;
  let depth = 0;
  let objects = 0;
  let arrays = 0;
  for (let place = 0; place < json.length; place++) {
    const byte = json[place];
    if (byte === QUOTE) place = endOfString(json, place + 1);
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
    else if (byte === OPEN_ARRAY) {
      depth++;
      arrays++;
    } else if (byte === OPEN_OBJECT) {
      depth++;
      objects++;
    }
    if (depth > DEPTH_MAX) return `Expected at most ${DEPTH_MAX} levels of nesting.`;
    if (objects > OBJECTS_MAX) return `Expected at most ${OBJECTS_MAX} objects.`;
    if (arrays > ARRAYS_MAX) return `Expected at most ${ARRAYS_MAX} arrays. Send elements flat, or as binary data.`;
  }
  return undefined;
}

/** The place of the quote that ends it; that of the last byte where none does. */
function endOfString(json: Buffer, start: number): number {
  for (let quote = json.indexOf(QUOTE, start); quote !== -1; quote = json.indexOf(QUOTE, quote + 1)) {
    let first = quote;
    while (first > start && json[first - 1] === BACKSLASH) first--;
    if ((quote - first) % 2 === 0) return quote;
  }
  return json.length;
}
