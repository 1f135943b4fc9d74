/** Where the values of a graph are in its blocked copy: plain, as blocked images, or as weights in their stored layout. */
import type { Graph, Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { reorderInput, reorderOutput, roundUp } from '../../ops/blocked/reorder.js';
import { reshape } from '../../ops/reshape.js';
import { type KernelLayout, toPlain, toStored } from './kernel-layout.js';
import type { PhasedImages, PixelRows } from './phased-images.js';

/** `images` are float32 [N, C, H, W]. */
export type Layout = 'plain' | 'images' | KernelLayout;

export type Placed =
  | { readonly value: Value; readonly layout: Layout }
  /** Images that may be needed whole. */
  | { readonly phased: PhasedImages };

interface Forms {
  /** In which it was computed. */
  readonly native: Layout;
  plain?: Value;
  images?: Value;
  phased?: PhasedImages;
  stored?: Value;
}

export class Placements {
  readonly target: Graph;
  readonly block: number;
  readonly #forms = new Map<Value, Forms>();
  /** The layout of the weights of a convolution, and of what belongs to them. */
  readonly #kernels = new Map<Value, KernelLayout>();

  constructor(target: Graph, block: number) {
    this.target = target;
    this.block = block;
  }

  put(source: Value, placed: Placed): void {
    if ('phased' in placed) {
      this.#forms.set(source, { native: 'images', phased: placed.phased });
      return;
    }
    const { value, layout } = placed;
    const forms: Forms = { native: layout };
    if (layout === 'plain') forms.plain = value;
    else if (layout === 'images') forms.images = value;
    else {
      forms.stored = value;
      this.#kernels.set(source, layout);
    }
    this.#forms.set(source, forms);
  }

  has(source: Value): boolean {
    return this.#forms.has(source);
  }

  native(source: Value): Layout {
    return this.#of(source).native;
  }

  in(source: Value, layout: Layout): Value {
    if (layout === 'plain') return this.plain(source);
    return layout === 'images' ? this.images(source) : this.stored(source, layout);
  }

  plain(source: Value): Value {
    const forms = this.#of(source);
    const layout = this.#kernels.get(source);
    forms.plain ??=
      forms.native === 'images'
        ? reorderOutput(this.images(source), source.shape[1])
        : toPlain(forms.stored ?? missing(source), layout ?? missing(source));
    return forms.plain;
  }

  /** Channels are filled up to a multiple of the block with zeros. */
  images(source: Value): Value {
    const forms = this.#of(source);
    forms.images ??= forms.phased?.whole(this.block) ?? reorderInput(this.plain(source), this.block);
    return forms.images;
  }

  /** Of blocked images, from wherever they are at hand. */
  pixelRows(source: Value): PixelRows {
    const { images, phased } = this.#of(source);
    if (phased && !images) return phased.pixelRows(this.block);
    const whole = this.images(source);
    const rows = reshape(whole, [sizeOf(whole.shape) / this.block, this.block]);
    return { parts: [rows], key: 'whole', rowOf: (pixel) => pixel };
  }

  stored(source: Value, layout: KernelLayout): Value {
    const forms = this.#of(source);
    forms.stored ??= toStored(this.plain(source), layout);
    this.#kernels.set(source, layout);
    return forms.stored;
  }

  /** Whether the block divides the channels, so that nothing was filled up. */
  isWhole(source: Value): boolean {
    return source.shape[1] === roundUp(source.shape[1], this.block);
  }

  #of(source: Value): Forms {
    return this.#forms.get(source) ?? missing(source);
  }
}

function missing(source: Value): never {
  throw new Error(`${source.name} is used before it is computed`);
}
