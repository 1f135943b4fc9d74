/** Numbers read from the bytes that they are written in, which is where most of the time of a table of pixels goes. */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** Whole numbers of so many digits, and powers of ten up to the 22nd, are exact in doubles; so their quotient is rounded once. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** The number from `start` to before `end`, exactly as `Number` reads its text; NaN also where there is no text. */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  let digits = 0;
  let point = -1;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      digits++;
    } else if (bytes[at] === POINT && point < 0) point = digits;
    else return parseOther(bytes, start, end);
  }
  if (digits === 0 || digits > EXACT_DIGITS) return parseOther(bytes, start, end);
  if (point >= 0) value /= POWERS[digits - point];
  return isNegative ? -value : value;
}

/** Exponents, blanks, signs, and whatever is no number. */
function parseOther(bytes: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    .toString('utf8')
    .trim();
  return text === '' ? Number.NaN : Number(text);
}
