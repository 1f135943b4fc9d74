/** The one place where JSON columns get and lose their types. Only this package writes them, so they are not parsed. */
import { Prisma } from './client.js';

/** A JSON column as the type that was written into it. */
export function fromJson<T>(column: Prisma.JsonValue): T {
  return column as T;
}

/** A value for a JSON column that may not be null. */
export function toJson(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

/** A value for a nullable JSON column; null becomes the database's NULL. */
export function toNullableJson(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : toJson(value);
}
