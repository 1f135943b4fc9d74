/** Images of the same content. */

/** The groups of images that have the same content as at least one other: their places, rising; by the first of each. */
export function groupByContent(contents: readonly string[]): number[][] {
  const byContent = new Map<string, number | number[]>();
  contents.forEach((content, index) => {
    const found = byContent.get(content);
    if (found === undefined) byContent.set(content, index);
    else if (typeof found === 'number') byContent.set(content, [found, index]);
    else found.push(index);
  });
  return [...byContent.values()].filter((group) => typeof group !== 'number');
}
