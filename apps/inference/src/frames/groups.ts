/** What the frames hold: a group of requests that are answered together, and the answers in their order. */
import type { ErrorRecord, GroupHeader, GroupReport, PredictInput } from '@trainyard/contracts';

export function groupHeaderOf(number: number, inputs: readonly PredictInput[]): GroupHeader {
  return {
    number,
    inputs: inputs.map(({ kind, parts, count }) => ({
      kind,
      sizes: parts.map((part) => part.length),
      ...(count === undefined ? {} : { count }),
    })),
  };
}

/** The inputs of a group, as views into the payload. Throws `RangeError` where the payload has another length. */
export function inputsOf({ inputs }: GroupHeader, payload: Uint8Array): PredictInput[] {
  let offset = 0;
  const all = inputs.map(({ kind, sizes, count }) => {
    const parts = sizes.map((size) => {
      offset += size;
      return payload.subarray(offset - size, offset);
    });
    return { kind, parts, ...(count === undefined ? {} : { count }) };
  });
  if (offset !== payload.length) throw new RangeError(`${payload.length} bytes for inputs of ${offset}`);
  return all;
}

/** What one request of a group came to. */
export type GroupResult = { images: number; outputs: Float32Array } | { error: ErrorRecord; log?: string };

/** What a group came to; the times are those of all its requests together. */
export interface GroupOutcome {
  preprocess_ms: number;
  compute_ms: number;
  results: GroupResult[];
}

/** `width` is the number of values in a row. Throws `RangeError` where the payload has another length. */
export function outcomeOf(report: GroupReport, payload: Buffer, width: number): GroupOutcome {
  const values = new Float32Array(payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length));
  let offset = 0;
  const results = report.results.map((result) => {
    if (!('images' in result)) return result;
    offset += result.images * width;
    return { images: result.images, outputs: values.subarray(offset - result.images * width, offset) };
  });
  if (offset !== values.length) throw new RangeError(`${values.length} values for results of ${offset}`);
  return { preprocess_ms: report.preprocess_ms, compute_ms: report.compute_ms, results };
}
