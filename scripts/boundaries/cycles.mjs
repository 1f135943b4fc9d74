// Finds circles in a graph of names.

/**
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]} Each circle once, as the names along it
 */
export function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = [];
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {string[]} */
  const path = [];

  /** @param {string} name */
  const visit = (name) => {
    const start = path.indexOf(name);
    if (start >= 0) cycles.push(path.slice(start));
    if (start >= 0 || done.has(name)) return;
    path.push(name);
    for (const next of graph.get(name) ?? []) visit(next);
    path.pop();
    done.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return cycles;
}
