/** Which images two test sets have in common. */

/**
 * Pairs of places, one in each list, of what both have, in the order of the first. What a list has several times is
 * paired as often as both have it.
 */
export function sharedPlaces(first: readonly string[], second: readonly string[]): [number, number][] {
  const places = new Map<string, number[]>();
  second.forEach((key, place) => {
    const known = places.get(key);
    if (known) known.push(place);
    else places.set(key, [place]);
  });
  const taken = new Map<string, number>();
  return first.flatMap((key, place): [number, number][] => {
    const count = taken.get(key) ?? 0;
    const other = places.get(key)?.[count];
    if (other === undefined) return [];
    taken.set(key, count + 1);
    return [[place, other]];
  });
}
