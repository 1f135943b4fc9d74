/** What is drawn for one image. Each draw has a place of its own, so that turning one option on moves no other's draws. */
import { STREAM, type StreamKey, streamKey, uint32At, uniformAt } from '../random/counter.js';

/** What all that is drawn for an image is a function of. */
export interface ImagePlace {
  readonly seed: number;
  /** Counted from 1. */
  readonly epoch: number;
  /** The image's number in its split. */
  readonly index: number;
}

const PLACES = [
  'horizontal_flip',
  'vertical_flip',
  'rotation',
  'translation_x',
  'translation_y',
  'zoom',
  'shear',
  'crop_x',
  'crop_y',
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'erasing',
  'erasing_area',
  'erasing_aspect',
  'erasing_x',
  'erasing_y',
] as const;
export type Draw = (typeof PLACES)[number];

const PLACE_OF: Readonly<Record<string, number>> = Object.fromEntries(PLACES.map((name, place) => [name, place]));

export class Draws {
  readonly #key: StreamKey;
  readonly #place: ImagePlace;

  constructor(place: ImagePlace) {
    this.#place = place;
    this.#key = streamKey(place.seed, STREAM.augment, place.epoch, place.index);
  }

  /** In (0, 1). */
  unit(draw: Draw): number {
    return uniformAt(this.#key, PLACE_OF[draw]);
  }

  between(draw: Draw, least: number, most: number): number {
    return least + (most - least) * this.unit(draw);
  }

  /** From -amount to amount. */
  around(draw: Draw, amount: number): number {
    return amount === 0 ? 0 : this.between(draw, -amount, amount);
  }

  /** A whole number from -most to most, each as often. */
  whole(draw: Draw, most: number): number {
    return most === 0 ? 0 : Math.floor(this.unit(draw) * (2 * most + 1)) - most;
  }

  coin(draw: Draw, probability = 0.5): boolean {
    return this.unit(draw) < probability;
  }

  /** A source of 32-bit numbers for the image's pixels; kinds of use have streams of their own. */
  pixels(use: number): (index: number) => number {
    const { seed, epoch, index } = this.#place;
    const key = streamKey(seed, STREAM.pixels, epoch, index, use);
    return (i) => uint32At(key, i);
  }
}
