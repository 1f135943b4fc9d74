// Damages what would be valid: bytes anywhere, and JSON at a place of its tree.
import type { FaultDice } from '../../harness.js';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const CHANGES_MAX = 6;
const PART_MAX = 64;

/** A copy with a few bytes changed, taken away, put in or repeated. */
export function damaged(dice: FaultDice, bytes: Uint8Array): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let left = dice.between(1, CHANGES_MAX); left > 0; left--) changed = damageOnce(dice, changed);
  return changed;
}

function damageOnce(dice: FaultDice, bytes: Buffer): Buffer {
  const at = dice.between(0, bytes.length);
  const end = Math.min(bytes.length, at + dice.between(1, PART_MAX));
  switch (dice.between(0, 5)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << dice.between(0, 7);
      return bytes;
    case 1:
      bytes.fill(dice.one([0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c]), at, end);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(dice, dice.between(1, PART_MAX)), bytes.subarray(at)]);
  }
}

export function randomBytes(dice: FaultDice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice.between(0, 255)));
}

/** What no field expects, or hardly any. */
export function junk(dice: FaultDice): Json {
  const deep = (levels: number): Json => (levels === 0 ? 1 : [deep(levels - 1)]);
  return dice.one<() => Json>([
    () => null,
    () => true,
    () => dice.one([0, -1, 1, 0.5, -0.5, 255, 256, 2 ** 31, 2 ** 53, 1e308, -1e308, 5e-324]),
    () => dice.between(-10, 1000),
    () =>
      dice.one(['', ' ', 'image', '0', '-1', '1e9', '\u0000', '\ud800', 'ä🙂', '../../etc/passwd', '__proto__', '%00']),
    () => 'x'.repeat(dice.between(1, 5000)),
    () => [],
    () => ({}),
    () => ({ constructor: null, toString: 1, data: [1, 2], name: 'image' }),
    () => deep(dice.between(2, 200)),
    () => Array.from({ length: dice.between(1, 300) }, () => dice.between(-1, 256)),
  ])();
}

/** A copy with one value replaced, removed, repeated or put into a list. */
export function mutated(dice: FaultDice, value: Json): Json {
  if (dice.chance(0.12) || value === null || typeof value !== 'object') return junk(dice);
  if (Array.isArray(value)) {
    const at = dice.between(0, value.length);
    if (at === value.length) return dice.chance(0.5) ? [...value, junk(dice)] : [value];
    if (dice.chance(0.2)) return value.toSpliced(at, 1);
    if (dice.chance(0.1)) return [...value, ...value.slice(at)];
    return value.with(at, mutated(dice, value[at]));
  }
  const names = Object.keys(value);
  if (names.length === 0 || dice.chance(0.1))
    return { ...value, [JSON.stringify(junk(dice)).slice(0, 100)]: junk(dice) };
  const name = dice.one(names);
  const { [name]: field, ...others } = value;
  if (dice.chance(0.15)) return others;
  if (dice.chance(0.1)) return { ...others, [`${name}s`]: field };
  return { ...value, [name]: mutated(dice, field) };
}
