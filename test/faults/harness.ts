// What the scenarios of the fault suite have in common. A scenario is a record; `faultTest` makes it a test: in its short
// form among all others (`npm test`), in its full form with `npm run test:faults`, which prints a table of the outcomes.
import { appendFileSync } from 'node:fs';
import { expect, it, type TestContext } from 'vitest';
import { randomSource } from '../fixtures/random.js';

/** A number for the short form, in `npm test`, and one for the full form. */
export interface PerForm {
  short: number;
  full: number;
}

export interface FaultScenario {
  /** What is done to whom. */
  name: string;
  /** How often; 0 in the short form where other tests of `npm test` do the same once. */
  rounds: PerForm;
  /** When it is given up. */
  limitSeconds: PerForm;
  /** Throws where something that must hold does not. */
  run(context: FaultContext, rounds: number): Promise<FaultResult>;
}

export interface FaultContext {
  /** From the seed of this run; prefer it to `Math.random`, so that a failure can be had again. */
  dice: FaultDice;
  /** Keeps the longest time that it is told. */
  recovered(milliseconds: number): void;
  /** Ends the scenario without a verdict, where this machine cannot run it. */
  skip(reason: string): never;
  /** A line on how far the scenario is, in the full form. */
  say(line: string): void;
}

export interface FaultResult {
  /** What was found to hold, with its figures. */
  checked: string;
  /** The longest time from a fault until all was well again; what `recovered` was told where it is left out. */
  worstRecoveryMs?: number | null;
}

/** A line of the table. */
export interface FaultRecord {
  name: string;
  rounds: number;
  checked: string;
  worstRecoveryMs: number | null;
  durationMs: number;
  verdict: 'passed' | 'failed' | 'skipped';
}

export const FORM: keyof PerForm = process.env.TRAINYARD_FAULTS === 'full' ? 'full' : 'short';

/** Set it to what a failed run has printed to have the same faults again. */
const SEED = Number(process.env.TRAINYARD_FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Less than 1 has fewer faults in the full form, for a machine that is busy otherwise. */
const SHARE = Number(process.env.TRAINYARD_FAULTS_SHARE ?? 1);

export function faultTest(scenario: FaultScenario): void {
  const { short } = scenario.rounds;
  const rounds = FORM === 'short' ? short : Math.max(short, Math.ceil(scenario.rounds.full * SHARE));
  if (rounds === 0) return;
  const limit = scenario.limitSeconds[FORM] * 1000;
  it(`${scenario.name} (${rounds}×, seed ${SEED})`, (context) => runScenario(scenario, rounds, context), limit);
}

async function runScenario(scenario: FaultScenario, rounds: number, { skip, signal }: TestContext): Promise<void> {
  const { name } = scenario;
  const startedAt = Date.now();
  let worst: number | null = null;
  let isRecorded = false;
  const enter = (verdict: FaultRecord['verdict'], checked: string, worstRecoveryMs: number | null = worst) => {
    if (!isRecorded) record({ name, rounds, checked, worstRecoveryMs, durationMs: Date.now() - startedAt, verdict });
    isRecorded = true;
  };
  signal.addEventListener('abort', () => enter('failed', 'It took longer than it may.'));
  const context: FaultContext = {
    dice: new FaultDice(SEED, signal),
    recovered: (milliseconds) => {
      worst = Math.max(worst ?? 0, milliseconds);
    },
    skip: (reason) => {
      enter('skipped', reason);
      skip(reason);
      throw new Error('A skipped test went on.');
    },
    say: (line) => {
      signal.throwIfAborted();
      if (FORM === 'full') process.stderr.write(`${name}: ${line}\n`);
    },
  };
  try {
    const { checked, worstRecoveryMs } = await scenario.run(context, rounds);
    expect(checked).not.toBe('');
    enter('passed', checked, worstRecoveryMs ?? worst);
  } catch (error) {
    enter('failed', `${error instanceof Error ? error.message : error} (seed ${SEED})`);
    throw error;
  }
}

function record(line: FaultRecord): void {
  const file = process.env.TRAINYARD_FAULTS_RESULTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export class FaultDice {
  readonly #draw: () => number;

  /** After `signal` it draws no more: a scenario that was given up must not go on beside the next one. */
  constructor(seed: number, signal: AbortSignal) {
    const draw = randomSource(seed);
    this.#draw = () => {
      signal.throwIfAborted();
      return draw();
    };
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#draw() * (high - low + 1));
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)];
  }

  chance(share: number): boolean {
    return this.#draw() < share;
  }
}
