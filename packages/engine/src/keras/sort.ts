/** Puts the layers of a Functional model in an order in which each comes after those that it is called with. */
import type { LayerEntry } from './entry.js';
import type { Call } from './inbound.js';
import type { ImportSession } from './session.js';

/** Keeps the order of the list as far as it can be kept. Layers without a call were refused and are left out. */
export function sortByCalls(
  calls: ReadonlyMap<LayerEntry, Call | null>,
  pointer: string,
  session: ImportSession,
): [LayerEntry, Call][] {
  const names = new Set([...calls.keys()].map(({ name }) => name));
  const done = new Set<string>();
  const sorted: [LayerEntry, Call][] = [];
  let waiting: [LayerEntry, Call][] = [];
  for (const [entry, call] of calls) {
    if (call === null) done.add(entry.name);
    else if (checkNames(entry, call, names, session)) waiting.push([entry, call]);
    else done.add(entry.name);
  }
  while (waiting.length > 0) {
    const late: [LayerEntry, Call][] = [];
    for (const [entry, call] of waiting) {
      if (call.inputs.every((name) => done.has(name))) {
        done.add(entry.name);
        sorted.push([entry, call]);
      } else late.push([entry, call]);
    }
    if (late.length === waiting.length) {
      const circle = late.map(([{ name }]) => `"${name}"`).join(', ');
      session.refuse(pointer, `expected no circle of layers; these wait for each other: ${circle.slice(0, 200)}`);
      return sorted;
    }
    waiting = late;
  }
  return sorted;
}

function checkNames(entry: LayerEntry, call: Call, names: ReadonlySet<string>, session: ImportSession): boolean {
  const unknown = call.inputs.filter((name) => !names.has(name));
  if (unknown.length === 0) return true;
  const detail = `layer "${entry.name}": expected the names of layers; there is no ${unknown.map((name) => `"${name}"`).join(', ')}`;
  session.refuse(`${entry.place.pointer}/inbound_nodes`, detail);
  return false;
}
