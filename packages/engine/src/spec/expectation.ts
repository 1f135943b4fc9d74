/** Says in words what a JSON schema takes and what was sent instead. */

interface SchemaShape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaShape[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly items?: SchemaShape;
  readonly properties?: Readonly<Record<string, SchemaShape>>;
}

export function describeExpected(schema: SchemaShape): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(describeExpected).join(', or ');
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return `an integer${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return schema.minItems === schema.maxItems && schema.minItems !== undefined
        ? `an array of ${schema.minItems}, each ${describeExpected(schema.items ?? {})}`
        : 'an array';
    case 'object':
      return describeObject(schema);
    default:
      return schema.pattern ? `text that matches ${schema.pattern}` : (schema.type ?? 'a value');
  }
}

function describeObject({ properties = {} }: SchemaShape): string {
  const type = properties.type?.const;
  return type === undefined ? 'an object' : `{"type": ${JSON.stringify(type)}, …}`;
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaShape): string {
  const above = exclusiveMinimum === undefined ? '' : ` of more than ${exclusiveMinimum}`;
  const low = minimum === undefined ? above : ` of at least ${minimum}`;
  const high = maximum === undefined ? '' : ` ${low ? 'and' : 'of'} at most ${maximum}`;
  const below = exclusiveMaximum === undefined ? '' : ` ${low ? 'and' : 'of'} less than ${exclusiveMaximum}`;
  return `${low}${high}${below}`;
}

const LONGEST = 80;

/** What was sent, cut short. */
export function describeReceived(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
