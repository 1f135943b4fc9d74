/** The notations that models are exported in. */

export type KerasVersion = 'keras3' | 'keras2';

/** A Keras object: in Keras 3 with the module that its class is from. */
export function kerasObject(version: KerasVersion, module: string, className: string, config: object): object {
  if (version === 'keras2') return { class_name: className, config };
  return { module, class_name: className, config, registered_name: null };
}
