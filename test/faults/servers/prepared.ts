// What the scenarios of one test file share: a Trainyard with a data set, the jobs that are submitted to it, and what
// becomes of those that are left alone.
import { readyDataset, SMALL_NET } from '../../worker/trainyard.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { type Stack, startStack } from './stack.js';

export interface Prepared {
  stack: Stack;
  quick: KnownJob;
  /** It trains for a few seconds. */
  long: KnownJob;
}

/** A job whose outcome is known. */
export interface KnownJob {
  /** All of it but its name. */
  body: object;
  expected: Outcome;
}

const WORKERS = 2;
const EPOCHS = { quick: 2, long: 80 };
const PATIENCE_MS = 120_000;

let prepared: Promise<Prepared> | undefined;

/** The same for all who ask in one test file. */
export function prepare(): Promise<Prepared> {
  prepared ??= makeReady();
  return prepared;
}

async function makeReady(): Promise<Prepared> {
  const stack = await startStack(WORKERS);
  const { id } = await readyDataset(stack);
  const [quick, long] = await Promise.all([leftAlone(stack, id, EPOCHS.quick), leftAlone(stack, id, EPOCHS.long)]);
  return { stack, quick, long };
}

export async function leftAlone(stack: Stack, datasetId: string, epochs: number): Promise<KnownJob> {
  const training = { epochs, batch_size: 16, checkpoints: { keep: 2 } };
  const body = { dataset_id: datasetId, model: SMALL_NET, device: 'cpu', training };
  const expected = await outcomeOf(stack, await submitOne(stack, { ...body, name: 'left alone' }), PATIENCE_MS);
  if (expected.status !== 'succeeded') throw new Error(`A job that was left alone: ${JSON.stringify(expected.error)}`);
  return { body, expected };
}

/** Answers the id of a job that is accepted. */
export async function submitOne({ client }: Stack, body: object): Promise<string> {
  const answer = await client.post('/v1/jobs', body);
  if (answer.status !== 202) throw new Error(`POST /v1/jobs: ${answer.status} ${answer.text}`);
  return (JSON.parse(answer.text) as { id: string }).id;
}
