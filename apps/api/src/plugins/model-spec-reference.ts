/**
 * A posted specification is read by the engine, which knows every layer, and only loosely by the schemas of the routes.
 * The OpenAPI document shows the engine's own schema in its place.
 */

const REFERENCE = { $ref: '#/components/schemas/ModelSpec' };

/** Where a specification stands: the schema and its property. */
const PLACES = [
  ['CreateModel', 'spec'],
  ['ValidateModel', 'spec'],
  ['Model', 'spec'],
  ['ModelValidation', 'spec'],
  ['CreateJob', 'model'],
  ['ModelPreset', 'spec'],
  ['Job', 'model'],
];

interface Document {
  components?: { schemas?: Record<string, { properties?: Record<string, object> }> };
}

export function nameModelSpec<D extends object>(document: D): D {
  const { components }: Document = document;
  for (const [schema, property] of PLACES) {
    const properties = components?.schemas?.[schema]?.properties;
    if (properties?.[property] === undefined) throw new Error(`${schema}.${property} is not in the OpenAPI document`);
    properties[property] = REFERENCE;
  }
  return document;
}
