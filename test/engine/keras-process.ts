// Keras itself, where there is one: TRAINYARD_KERAS_PYTHON names a Python that has Keras 3, and tf_keras for Keras 2
// (`pip install tensorflow-cpu tf_keras`).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { KerasVersion } from '@trainyard/engine';
import type { TestContext } from 'vitest';

const PYTHON = process.env.TRAINYARD_KERAS_PYTHON;
const SCRIPT = fileURLToPath(new URL('./oracles/keras_load.py', import.meta.url));

/** What Keras says of one model. */
export interface Loaded {
  readonly parameters?: number;
  readonly output?: readonly (number | null)[];
  /** The model as Keras writes it. */
  readonly json?: string;
  /** Its outputs, row by row, where it was run. */
  readonly values?: readonly number[];
  readonly error?: string;
}

/** Asks oracles/keras_load.py. */
export function askKeras<Answer>(question: object): Answer {
  const { status, stdout, stderr } = spawnSync(PYTHON ?? '', [SCRIPT], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`keras_load.py ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout);
}

/** Skips the test, with the reason, where this version of Keras is not there. */
export function requireKeras(context: TestContext, version: KerasVersion): void {
  if (!PYTHON) context.skip('there is no Keras here (TRAINYARD_KERAS_PYTHON names a Python that has it)');
  const versions = askKeras<Partial<Record<KerasVersion, string>>>({ versions: true });
  if (!versions[version]) context.skip(`that Python has no ${version === 'keras3' ? 'keras 3' : 'tf_keras'}`);
}
