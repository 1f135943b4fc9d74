/**
 * Which numbers stand for black and for white, where pixels are numbers of no stated range. The rule, for the numbers of
 * the whole data set: from -1 to 1 where some are negative; else from 0 to the first of 1, 16, 255, 4095 and 65535 that
 * none is above, where 16 is for whole numbers only.
 */
import { type DatasetReading, TrainyardError } from '@trainyard/contracts';

const WHITES = [1, 16, 255, 4095, 65_535] as const;
const WHITE_WHOLE_ONLY = 16;

export class PixelRange {
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  #isWhole = true;

  add(values: ArrayLike<number>): void {
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value < this.#least) this.#least = value;
      if (value > this.#greatest) this.#greatest = value;
      if (this.#isWhole && !Number.isInteger(value)) this.#isWhole = false;
    }
  }

  /** Whether numbers of a byte could not change the answer any more. */
  get isSettledForBytes(): boolean {
    return this.#greatest > WHITE_WHOLE_ONLY;
  }

  /** Throws `invalid_dataset` where the numbers fit no range. */
  result(): Required<Pick<DatasetReading, 'black' | 'white'>> {
    const [least, greatest] = [this.#least, this.#greatest];
    if (least < 0 && least >= -1 && greatest <= 1) return { black: -1, white: 1 };
    const white = WHITES.find((value) => greatest <= value && (this.#isWhole || value !== WHITE_WHOLE_ONLY));
    const isUnlikely = !this.#isWhole && greatest > 1 && greatest <= WHITE_WHOLE_ONLY;
    if (least >= 0 && white !== undefined && !isUnlikely) return { black: 0, white };
    const detail = `The pixels are numbers from ${short(least)} to ${short(greatest)}. Expected: from 0 to 1, 0 to 255, 0 to 65535, or -1 to 1. Scale them.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
}

/** The numbers as bytes, black as 0 and white as 255, rounded. */
export function toPixelBytes(values: ArrayLike<number>, { black = 0, white = 255 }: DatasetReading): Uint8Array {
  if (values instanceof Uint8Array && black === 0 && white === 255) return values;
  const pixels = new Uint8ClampedArray(values.length);
  const scale = 255 / (white - black);
  for (let index = 0; index < values.length; index++) pixels[index] = Math.round((values[index] - black) * scale);
  return new Uint8Array(pixels.buffer);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
