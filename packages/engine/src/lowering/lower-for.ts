/** The lowering of graphs whose weights come in as they are in a checkpoint: evaluation, and others that change nothing. */
import type { Graph } from '../graph/graph.js';
import { lowerBlocked } from './blocked/lower-blocked.js';
import { lowerPortable } from './portable/index.js';

/** @param block lanes of the blocked layout; null for the portable lowering */
export function lowerFor(graph: Graph, block: number | null): Graph {
  return block === null ? lowerPortable(graph) : lowerBlocked(graph, { block }).graph;
}
