/** The choices that were made before, in the object store: one for each graph, processor and number of threads. */
import { createHash } from 'node:crypto';
import { type LoweringTimes, parseLoweringTimes, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { machineTraits } from '../machine.js';

/** @param onnx the step in the portable lowering, which has all shapes in it and no weights that are trained */
export function choiceKey(onnx: Uint8Array, { threads, block }: { threads: number; block: number }): string {
  const { cpu, onnxruntime_version: version } = machineTraits();
  const hash = createHash('sha256').update(JSON.stringify({ cpu, version, threads, block })).update(onnx);
  return `lowering/${hash.digest('hex')}.json`;
}

/** Null where none was made, or where it cannot be read. */
export async function readChoice(store: ObjectStore, key: string): Promise<LoweringTimes | null> {
  try {
    return parseLoweringTimes(JSON.parse(new TextDecoder().decode(await store.readBytes(key))));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (error instanceof TrainyardError && error.code === 'not_found') return null;
    throw error;
  }
}

export async function writeChoice(store: ObjectStore, key: string, times: LoweringTimes): Promise<void> {
  await store.write(key, new TextEncoder().encode(JSON.stringify(times)));
}
