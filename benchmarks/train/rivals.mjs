// Who takes turns with us: PyTorch of two versions, and TensorFlow. Each needs a Python that has it.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Contender } from './contender.mjs';
import { trainedParameters } from './our-network.mjs';

const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url));
const TORCH = fileURLToPath(new URL('../peers/torch_peer.py', import.meta.url));
const TENSORFLOW = fileURLToPath(new URL('../peers/tensorflow_peer.py', import.meta.url));

/** @typedef {import('./models.mjs').TrainModel} TrainModel */
/** @typedef {'train' | 'predict'} Mode */
/** @typedef {{ model: TrainModel, mode: Mode, batchSize: number, threads: number }} Task */
/** @typedef {{ id: string, python: string, script: string }} Rival */

/** Whose bounds the issue sets stands first. */
const RIVALS = [
  { id: 'torch', script: TORCH, module: 'torch', variable: 'TRAINYARD_TORCH_PYTHON', python: 'python3' },
  { id: 'torch_current', script: TORCH, module: 'torch', variable: 'TRAINYARD_TORCH_CURRENT_PYTHON', python: null },
  {
    id: 'tensorflow',
    script: TENSORFLOW,
    module: 'tensorflow',
    variable: 'TRAINYARD_TENSORFLOW_PYTHON',
    python: null,
  },
];

export const RIVAL_IDS = RIVALS.map(({ id }) => id);

/** Those of `ids` that are there, and why the others are not. @param {readonly string[]} ids */
export function findRivals(ids) {
  /** @type {Rival[]} */
  const rivals = [];
  /** @type {string[]} */
  const missing = [];
  for (const { id, script, module, variable, python: usual } of RIVALS.filter((rival) => ids.includes(rival.id))) {
    const python = process.env[variable] ?? usual;
    if (!python) missing.push(`${id}: set ${variable} to a Python that has ${module}`);
    else if (spawnSync(python, ['-c', `import ${module}`]).status !== 0) {
      missing.push(`${id}: ${python} has no ${module}; set ${variable} to one that has`);
    } else rivals.push({ id, python, script });
  }
  return { rivals, missing };
}

/** Throws where the rival's network has another number of weights than ours. @param {Rival} rival @param {Task} task */
export async function startRival({ id, python, script }, { model, mode, batchSize, threads }) {
  const sizes = ['--batch', String(batchSize), '--threads', String(threads)];
  const args = [script, '--network', model.network, '--mode', mode, ...sizes];
  const contender = await Contender.start(python, args, {
    OMP_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: '1',
  });
  const [own, theirs] = [trainedParameters(model), contender.setup.parameters];
  if (own === theirs) return contender;
  await contender.end();
  throw new Error(
    `${model.name}: ${own} trained weights here and ${theirs} in ${id}. They have to be the same network.`,
  );
}

/** @param {Task} task @param {string} setting @param {string} [stepsPerRun] */
export function startOurs({ model, mode, batchSize, threads }, setting, stepsPerRun) {
  const args = [model.name, mode, String(batchSize), String(threads), setting, ...(stepsPerRun ? [stepsPerRun] : [])];
  return Contender.start(process.execPath, [OURS, ...args]);
}
