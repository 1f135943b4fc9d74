/** Layers by name or pattern, as `freeze` and `layer_learning_rates` name them. */

/**
 * The names that the pattern fits, or whose nested model it fits: `backbone` is also `backbone.conv2d`. In a pattern `*`
 * stands for any characters, also none, and `?` for one.
 */
export function layersMatching(pattern: string, names: readonly string[]): string[] {
  return names.filter((name) => withModels(name).some((candidate) => fits(pattern, candidate)));
}

/** The layer's own name, and those of the models that it stands in. */
function withModels(name: string): string[] {
  const parts = name.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}

/** Tries a `*` with one character more each time what follows does not fit: never slower than pattern times name. */
function fits(pattern: string, name: string): boolean {
  let star = -1;
  let resume = 0;
  let p = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
}
