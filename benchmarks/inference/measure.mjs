// All that is measured of one model: throughput in turns, then latencies at loads that follow from it.
import { availableParallelism } from 'node:os';
import { median } from '../statistics.mjs';
import { contendersOf } from './contenders.mjs';
import { halfPeak, judge, rateQuestions, SAME_LOAD } from './judge.mjs';
import { takeTurns } from './turns.mjs';

/** Of what the handler can do at most; beyond that a queue grows in it without end. */
const SAME_LOAD_SHARE = 0.7;
const HALF = 0.5;
const WARM_UP_MS = 2000;

/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('./contenders.mjs').Taken} Taken */
/** @typedef {import('./turns.mjs').Round} Round */
/** @typedef {{ pairs: number, openMs: { rampMs: number, windowMs: number } }} Amount */

/** @param {import('./contenders.mjs').Setting} setting @param {number} pairs @param {boolean} beatsHandler */
export async function measureRates(setting, pairs, beatsHandler) {
  await warmUp(setting);
  const rounds = await takeTurns(contendersOf(setting), pairs);
  const questions = rateQuestions({ cores: availableParallelism(), beatsHandler });
  return { figures: figuresOf(rounds), verdicts: questions.map((question) => judge(question, rounds)), rounds };
}

/** Servers get faster over their first ten thousands of requests, as their code is compiled. @param {import('./contenders.mjs').Setting} setting */
async function warmUp(setting) {
  const contenders = contendersOf({ ...setting, turn: { ...setting.turn, windowMs: WARM_UP_MS } });
  const often = Object.entries(contenders).filter(([, { every }]) => every === 1);
  await takeTurns(Object.fromEntries(often), 1);
}

/**
 * The same requests at the same times for our server and for the handler.
 *
 * @param {import('./contenders.mjs').Setting} setting @param {number} handlerPeak @param {Amount} amount
 */
export async function measureSameLoad(setting, handlerPeak, { pairs, openMs }) {
  const perSecond = SAME_LOAD_SHARE * handlerPeak;
  const { serving, handler } = setting;
  const contenders = {
    ours: openLoopOf(setting, 'tensor_1', [serving.inference.pid], { perSecond, ...openMs }),
    handler: openLoopOf(setting, 'handler_tensor', [handler.pid], { perSecond, ...openMs }),
  };
  const rounds = await takeTurns(contenders, pairs);
  return { per_s: perSecond, figures: figuresOf(rounds), verdict: judge(SAME_LOAD, rounds), rounds };
}

/**
 * Our server at half of what it can do at most.
 *
 * @param {import('./contenders.mjs').Setting} setting @param {number} peak @param {Amount & { delayMs: number }} amount
 */
export async function measureHalfPeak(setting, peak, { pairs, openMs, delayMs }) {
  const perSecond = HALF * peak;
  const ours = openLoopOf(setting, 'tensor_1', [setting.serving.inference.pid], { perSecond, ...openMs });
  const rounds = await takeTurns({ ours }, pairs);
  const verdict = judge(halfPeak(delayMs), rounds);
  return { per_s: perSecond, delay_ms: delayMs, figures: figuresOf(rounds), verdict, rounds };
}

/**
 * Each turn has arrivals of its own, and all contenders the same ones.
 *
 * @param {import('./contenders.mjs').Setting} setting @param {string} name @param {readonly number[]} roots
 * @param {{ perSecond: number, rampMs: number, windowMs: number }} load @returns {Contender}
 */
function openLoopOf({ generator, connections, pidsOf }, name, roots, load) {
  let seed = 0;
  return {
    every: 1,
    take: () => generator.ask({ type: 'open', name, connections, pids: pidsOf(roots), seed: ++seed, ...load }),
  };
}

/** Medians over the turns of each; `cpu_us` is the processor time of an image in microseconds. @param {readonly Round[]} rounds */
export function figuresOf(rounds) {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))];
  return Object.fromEntries(
    names.map((name) => {
      const turns = rounds.flatMap((round) => round[name] ?? []);
      const of = (/** @type {(turn: Taken) => number | undefined} */ read) => {
        const values = turns.flatMap((turn) => read(turn) ?? []);
        return values.length === 0 ? null : median(values);
      };
      return [
        name,
        {
          turns: turns.length,
          per_s: median(turns.map(({ per_s }) => per_s)),
          cpu_us: of(({ server_cores, per_s }) => (1e6 * server_cores) / per_s),
          failed: turns.reduce((sum, { failed = 0 }) => sum + failed, 0),
          p50_ms: of(({ latency_ms }) => latency_ms?.p50),
          p99_ms: of(({ latency_ms }) => latency_ms?.p99),
          server_cores: of(({ server_cores }) => server_cores),
          generator_cores: of(({ generator_cores }) => generator_cores),
        },
      ];
    }),
  );
}
