// The load generator, a process of its own: it is told its targets once, and then what to do with one of them.
import { answerParent } from '../child.mjs';
import { closedLoop, countedLoop } from './closed-loop.mjs';
import { openLoop } from './open-loop.mjs';
import { Target } from './target.mjs';

/** @type {Map<string, Target>} */
const targets = new Map();

const WORK = {
  closed: closedLoop,
  open: openLoop,
  counted: countedLoop,
};

answerParent(async ({ type, name, ...options }) => {
  if (type === 'target') {
    targets.set(name, new Target(options));
    return;
  }
  const target = targets.get(name);
  if (!target) throw new RangeError(`expected one of ${[...targets.keys()].join(', ')}; received ${name}`);
  return WORK[/** @type {keyof typeof WORK} */ (type)](target, options);
});
