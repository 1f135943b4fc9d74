// The ways in which a graph is lowered for the CPU: the portable one, and the blocked one where onnxruntime here has its
// layout. Tests of numbers run with every one of them.

import { blockedLanes } from '@trainyard/runtime';
import type { Graph } from '../../packages/engine/src/graph/graph.js';
import { lowerBlocked } from '../../packages/engine/src/lowering/blocked/lower-blocked.js';
import { lowerPortable } from '../../packages/engine/src/lowering/portable/index.js';

export interface TestLowering {
  readonly name: 'portable' | 'blocked';
  /** What a compiled step is given as `block`. */
  readonly block: number | null;
  readonly lower: (graph: Graph) => Graph;
}

/** Floats of a block; null where the blocked half of the tests has to be left out. */
export const lanes = await blockedLanes();

export const portable: TestLowering = { name: 'portable', block: null, lower: lowerPortable };

/** None where onnxruntime has no blocked layout on this processor. */
export const blocked: readonly TestLowering[] =
  lanes === null
    ? []
    : [{ name: 'blocked', block: lanes, lower: (graph) => lowerBlocked(graph, { block: lanes }).graph }];

if (lanes === null)
  console.warn('onnxruntime has no blocked layout here: numeric tests run on the portable lowering only');

export const lowerings: readonly TestLowering[] = [portable, ...blocked];
