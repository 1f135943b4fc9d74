/** What a search does next. One decision at a time: the next one knows what became of it. */
import type { Assignment } from '@trainyard/contracts';
import { type Decision, epochsOf, type Search, type TrialRecord } from './search.js';
import { closingPromotion, type Promotion, promotionDue, rungsOf } from './strategies/asha.js';
import { gridTrial } from './strategies/grid.js';
import { randomTrial } from './strategies/random-search.js';
import { tpeTrial } from './tpe/tpe.js';

/** Where the first trials all fail, so would the others. */
const FAILURES_MAX = 10;

/** @param trials all that have begun, by number. Only while there is room for one more is there anything to decide. */
export function decide(search: Search, trials: readonly TrialRecord[]): Decision {
  const isHopeless = trials.length >= FAILURES_MAX && trials.every(({ state }) => state === 'failed');
  if (isHopeless) return { type: 'end' };
  const isAsha = search.strategy === 'asha';
  const affords = ({ number, until }: Promotion) => {
    const trial = trials.find((each) => each.number === number);
    return isAffordable(search, trials, until - (trial?.until ?? 0));
  };
  const due = isAsha ? promotionDue(search, trials, affords) : null;
  if (due !== null) return { type: 'promote', ...due };
  const next = nextTrial(search, trials);
  if (next !== null) return next;
  if (trials.some(({ state }) => state === 'active')) return { type: 'wait' };
  const closing = isAsha ? closingPromotion(search, trials) : null;
  return closing !== null && affords(closing) ? { type: 'promote', ...closing } : { type: 'end' };
}

function nextTrial(search: Search, trials: readonly TrialRecord[]): Decision | null {
  const number = trials.length + 1;
  const until = search.strategy === 'asha' ? rungsOf(search)[0] : search.epochs;
  if (number > search.maxTrials || !isAffordable(search, trials, until + reserve(search, trials, until))) return null;
  const assignment = assignmentOf(search, trials, number);
  return assignment && { type: 'begin', number, assignment, until };
}

function assignmentOf(search: Search, trials: readonly TrialRecord[], number: number): Assignment | null {
  const { parameters, strategy, seed, asha } = search;
  const sampler = strategy === 'asha' ? asha.sampler : strategy;
  if (sampler === 'grid') return gridTrial(parameters, number);
  return sampler === 'random' ? randomTrial(parameters, seed, number) : tpeTrial(search, trials, number);
}

function isAffordable({ maxEpochs }: Search, trials: readonly TrialRecord[], more: number): boolean {
  if (maxEpochs === null) return true;
  const spent = trials.reduce((sum, trial) => sum + committed(trial), 0);
  return spent + more <= maxEpochs;
}

/** A trial that has ended has cost what it trained; the others may still train as far as they were let. */
function committed(trial: TrialRecord): number {
  const isOver = trial.state !== 'active' && trial.state !== 'waiting';
  return isOver ? epochsOf(trial) : trial.until;
}

/** The epochs that must be left for one trial to be trained to its end. */
function reserve({ epochs }: Search, trials: readonly TrialRecord[], until: number): number {
  const farthest = Math.max(until, ...trials.filter(({ state }) => state !== 'failed').map((trial) => trial.until));
  return epochs - farthest;
}
