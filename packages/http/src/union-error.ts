/**
 * Where a value fits no member of a union, Ajv reports what is wrong with it in the light of every member. This keeps
 * what helps: the errors of the member that was meant, or one error that says which members there are.
 */
import type { SchemaError } from './schema-error.js';

/** Replaces the errors of each union by those of the member that was meant. */
export function resolveUnions(errors: readonly SchemaError[]): SchemaError[] {
  const union = outermost(errors.filter((error) => error.keyword === 'anyOf'));
  if (union === undefined) return [...errors];
  const inside = errors.filter((error) => error !== union && isInside(error, union));
  const outside = errors.filter((error) => error !== union && !isInside(error, union));
  return resolveUnions([...outside, ...(taggedErrors(union, inside) ?? memberErrors(union, inside))]);
}

function outermost(unions: SchemaError[]): SchemaError | undefined {
  return unions.toSorted((a, b) => a.schemaPath.length - b.schemaPath.length)[0];
}

function isInside(error: SchemaError, union: SchemaError): boolean {
  const below = error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`);
  return below && error.schemaPath.startsWith(`${union.schemaPath}/`);
}

/** For a union of objects that each have a constant `type`. Undefined where it is none. */
function taggedErrors(union: SchemaError, inside: SchemaError[]): SchemaError[] | undefined {
  const tags = membersOf(union).map((member) =>
    propertyOf(propertyOf(propertyOf(member, 'properties'), 'type'), 'const'),
  );
  if (tags.some((tag) => typeof tag !== 'string')) return undefined;
  const { data, instancePath, schemaPath } = union;
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return [wrongType(union, ['object'])];
  const tag = propertyOf(data, 'type');
  const index = tags.indexOf(tag);
  if (index >= 0) return inMember(union, inside, index);
  return [
    { keyword: 'enum', instancePath: `${instancePath}/type`, schemaPath, params: { allowedValues: tags }, data: tag },
  ];
}

/** For any other union: the errors of the only member whose type fits, else one error that names the types. */
function memberErrors(union: SchemaError, inside: SchemaError[]): SchemaError[] {
  const fitting = membersOf(union).flatMap((_, index) => {
    const errors = resolveUnions(inMember(union, inside, index));
    const wrong = errors.some((error) => error.keyword === 'type' && error.instancePath === union.instancePath);
    return wrong ? [] : [errors];
  });
  if (fitting.length === 1) return fitting[0];
  return [wrongType(union, membersOf(union).flatMap(typesOf))];
}

/** The types of values that a member takes; those of all its members where it is a union itself. */
function typesOf(member: unknown): unknown[] {
  const members = propertyOf(member, 'anyOf');
  const types = Array.isArray(members) ? members.flatMap(typesOf) : [propertyOf(member, 'type') ?? 'another value'];
  return [...new Set(types)];
}

function inMember(union: SchemaError, inside: SchemaError[], index: number): SchemaError[] {
  return inside.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/${index}/`));
}

function wrongType({ instancePath, schemaPath, data }: SchemaError, type: unknown[]): SchemaError {
  return { keyword: 'type', instancePath, schemaPath, params: { type }, data };
}

function membersOf(union: SchemaError): unknown[] {
  return Array.isArray(union.schema) ? union.schema : [];
}

function propertyOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined;
}
