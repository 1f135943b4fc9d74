/** Names of Keras' classes, and the names in snake case that both sides share: "GlorotUniform" and "glorot_uniform". */

/** `glorot_uniform` for "GlorotUniform", "glorotUniform" and "glorot_uniform". */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** `GlorotUniform` for "glorot_uniform", `MaxPooling2D` for "max_pooling2d". */
export function classNameOf(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replaceAll('2d', '2D');
}
