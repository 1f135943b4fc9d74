/** A node's attributes, seen as those of the operation that the rule is for. */
import type { Node } from '../graph/graph.js';

/** The rule is registered under the operation's type, which fixes what its attributes are. */
export function attributesOf<A extends object>(node: Pick<Node, 'attributes'>): A {
  return node.attributes as A;
}
