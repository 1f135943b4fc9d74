/** Names of parameters that fit beside an axis. */

/**
 * `learning_rate` for /training/optimizer/learning_rate, `optimizer` for its type, `layer 0 filters` for
 * /model/layers/0/filters; where two would have the same name, what is left of the pointers without their first name.
 */
export function shortNames(pointers: readonly string[]): Map<string, string> {
  const short = pointers.map(shortName);
  const isUnique = (name: string) => short.filter((each) => each === name).length === 1;
  return new Map(pointers.map((pointer, k) => [pointer, isUnique(short[k]) ? short[k] : restOf(pointer)]));
}

function shortName(pointer: string): string {
  const [, root, ...names] = pointer.split('/');
  if (root === 'model') {
    const [layers, place, ...rest] = names;
    return layers === 'layers' && rest.length > 0 ? `layer ${place} ${rest.join(' ')}` : names.join('/');
  }
  const last = names.at(-1) ?? '';
  return last === 'type' ? (names.at(-2) ?? last) : last;
}

function restOf(pointer: string): string {
  return pointer.split('/').slice(2).join('/');
}
