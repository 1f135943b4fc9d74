/** Bytes to base64, piece by piece. */

/** What three bytes become has four characters; the rest of a piece waits for the next one. */
const GROUP = 3;

export async function* base64Text(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of bytes) {
    const joined = Buffer.concat([rest, piece]);
    const whole = joined.length - (joined.length % GROUP);
    rest = joined.subarray(whole);
    yield joined.toString('base64', 0, whole);
  }
  yield Buffer.from(rest).toString('base64');
}
