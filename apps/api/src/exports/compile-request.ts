/** What the compiling thread is given. */
import type { TrainedModel } from '@trainyard/engine';

export interface CompileRequest extends TrainedModel {
  /** The safetensors file. */
  checkpoint: Uint8Array;
}
