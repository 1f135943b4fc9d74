import { describe, expect, it } from 'vitest';
import type { Value } from '../../packages/engine/src/graph/graph.js';
import { attributesOf } from '../../packages/engine/src/lowering/attributes.js';
import { lowerBlocked } from '../../packages/engine/src/lowering/blocked/lower-blocked.js';
import type { Placed } from '../../packages/engine/src/lowering/blocked/placements.js';
import type { BlockedContext, BlockedRule } from '../../packages/engine/src/lowering/blocked/rule.js';
import { blockedRules } from '../../packages/engine/src/lowering/blocked/rules.js';
import { not } from '../../packages/engine/src/ops/logic.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { blockedCases } from './blocked-cases.js';
import { farthestOutput, graphOf, resultsOf } from './blocked-comparison.js';
import type { GradientCase } from './gradient-harness.js';
import { lanes, portable } from './lowerings.js';
import { shift, times } from './mutations.js';

const TOLERANCE = 1e-4;
const BLOCK = lanes ?? 16;
/** Where a fault is not seen in so many cases of a rule, it is not seen. */
const CASES_MAX = 12;

type Rules = Readonly<Record<string, BlockedRule>>;

/** Truth values can only be turned over. */
const MUTATIONS: Readonly<Record<string, (value: Value) => Value>> = {
  'scaled by 1.01': (value) => (value.dtype === 'bool' ? not(value) : times(value, 1.01)),
  'of the other sign': (value) => (value.dtype === 'bool' ? not(value) : times(value, -1)),
  'all zeros': (value) => (value.dtype === 'bool' ? not(value) : times(value, 0)),
  'shifted by one place': (value) => (value.dtype === 'bool' ? not(value) : shift(value)),
};

/** The same rules, one of which gives something else for one output, under the nodes that it computes at once as well. */
function breakRule(type: string, output: number, mutation: (value: Value) => Value): Rules {
  const rule = blockedRules[type];
  const broken: BlockedRule = (node, context) => {
    const spoil = (placed: readonly Placed[]) =>
      placed.map((each, i) => (i === output ? spoiled(each, mutation, context.block) : each));
    const outputs = rule(node, { ...plainly(context), include: (later, all) => context.include(later, spoil(all)) });
    return outputs && spoil(outputs);
  };
  return { ...blockedRules, [type]: broken };
}

function spoiled(placed: Placed, mutation: (value: Value) => Value, block: number): Placed {
  if ('phased' in placed) return { value: mutation(placed.phased.whole(block)), layout: 'images' };
  return { ...placed, value: mutation(placed.value) };
}

/** The same rules, one of which sees windows whose pads before and after are exchanged: all shapes stay. */
function exchangePads(type: string): Rules {
  const rule = blockedRules[type];
  return {
    ...blockedRules,
    [type](node, context) {
      const attributes = attributesOf<Window>(node);
      const [top, left, bottom, right] = attributes.pads;
      return rule({ ...node, attributes: { ...attributes, pads: [bottom, right, top, left] } }, context);
    },
  };
}

/** Methods that can be taken apart from the context. */
function plainly(context: BlockedContext): BlockedContext {
  return {
    target: context.target,
    block: context.block,
    places: context.places,
    kernelLayout: (weights) => context.kernelLayout(weights),
    gradientLayout: (node) => context.gradientLayout(node),
    soleUse: (value) => context.soleUse(value),
    include: (node, outputs) => context.include(node, outputs),
    constant: (key, make) => context.constant(key, make),
  };
}

/** For each rule the cases that have a node which it computes, and how many outputs such nodes have. */
function casesByRule(): Map<string, { cases: GradientCase[]; outputs: number }> {
  const found = new Map<string, { cases: GradientCase[]; outputs: number }>();
  for (const subject of blockedCases) {
    const used = new Map<string, number>();
    const rules = Object.entries(blockedRules).map(([type, rule]): [string, BlockedRule] => [
      type,
      (node, context) => {
        const placed = rule(node, context);
        if (placed) used.set(type, placed.length);
        return placed;
      },
    ]);
    lowerBlocked(graphOf(subject), { block: BLOCK, rules: Object.fromEntries(rules) });
    for (const [type, outputs] of used) {
      const known = found.get(type) ?? { cases: [], outputs };
      known.cases.push(subject);
      found.set(type, known);
    }
  }
  return found;
}

const byRule = casesByRule();
const expected = new Map<GradientCase, ReturnType<typeof resultsOf>>();

function portableResults(subject: GradientCase): ReturnType<typeof resultsOf> {
  const results = expected.get(subject) ?? resultsOf(subject, portable.lower);
  expected.set(subject, results);
  return results;
}

async function isNoticed(cases: readonly GradientCase[], rules: Rules): Promise<boolean> {
  for (const subject of cases.slice(0, CASES_MAX)) {
    const lowered = await resultsOf(subject, (graph) => lowerBlocked(graph, { block: BLOCK, rules }).graph);
    if (farthestOutput(lowered, await portableResults(subject)).error > TOLERANCE) return true;
  }
  return false;
}

it('every rule of the blocked lowering has a case', () => {
  expect([...byRule.keys()].sort().join()).toEqual(Object.keys(blockedRules).sort().join());
});

const faults = [...byRule].flatMap(([rule, { cases, outputs }]) =>
  Array.from({ length: outputs }, (_, output) => output).flatMap((output) =>
    Object.entries(MUTATIONS).map(([how, mutation]) => ({ rule, output, how, cases, mutation })),
  ),
);

describe.runIf(lanes !== null)('the comparison of lowerings notices', () => {
  it.each(faults)('$rule, output $output, $how', async ({ rule, output, cases, mutation }) => {
    expect(await isNoticed(cases, breakRule(rule, output, mutation))).toBe(true);
  });

  it.each(['Conv', 'ConvInputGradient', 'ConvWeightGradient', 'MaxPool'])('%s with pads exchanged', async (rule) => {
    const uneven = (byRule.get(rule)?.cases ?? []).filter(({ name }) => hasUnevenPads(name));
    expect(await isNoticed(uneven, exchangePads(rule))).toBe(true);
  });
});

/** By the attributes in a window's name. */
function hasUnevenPads(name: string): boolean {
  const pads = /"pads":\[(\d+),(\d+),(\d+),(\d+)\]/.exec(name)?.slice(1) ?? [];
  return pads[0] !== pads[2] || pads[1] !== pads[3];
}
