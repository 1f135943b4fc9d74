/** Where the values of a graph are in its blocked copy: plain, as blocked images, or as weights in their stored layout. */
import type { Graph, Value } from '../../graph/graph.js';
import { reorderInput, reorderOutput, roundUp } from '../../ops/blocked/reorder.js';
import { type KernelLayout, toPlain, toStored } from './kernel-layout.js';

/** `images` are float32 [N, C, H, W]. */
export type Layout = 'plain' | 'images' | KernelLayout;

export interface Placed {
  readonly value: Value;
  readonly layout: Layout;
}

interface Forms {
  /** In which it was computed. */
  readonly native: Layout;
  plain?: Value;
  images?: Value;
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

  put(source: Value, { value, layout }: Placed): void {
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
    forms.plain ??= forms.images
      ? reorderOutput(forms.images, source.shape[1])
      : toPlain(forms.stored ?? missing(source), layout ?? missing(source));
    return forms.plain;
  }

  /** Channels are filled up to a multiple of the block with zeros. */
  images(source: Value): Value {
    const forms = this.#of(source);
    forms.images ??= reorderInput(this.plain(source), this.block);
    return forms.images;
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
