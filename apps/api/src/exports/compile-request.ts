/** What the compiling thread is given. */
import type { DatasetStats, ImageFit, ImageSize, Normalization } from '@trainyard/contracts';

export interface CompileRequest {
  /** The safetensors file. */
  checkpoint: Uint8Array;
  spec: unknown;
  normalization: Normalization;
  dataset: { classes: string[]; image: ImageSize; fit: ImageFit; stats: DatasetStats };
}
