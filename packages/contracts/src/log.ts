/** The log of a job: what its attempts say of themselves, line by line. */
import { type Static, Type } from 'typebox';
import { Timestamp, Words } from './schema.js';

/** From the slightest to the gravest. */
export const LOG_LEVELS = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LogLine = Type.Object(
  {
    seq: Type.Integer({ description: 'From 1; the cursor of the list' }),
    attempt: Type.Integer({ description: 'The attempt at the job that says it; 0 before the first' }),
    at: Timestamp,
    level: Words(LOG_LEVELS),
    message: Type.String(),
  },
  { $id: 'LogLine' },
);
export type LogLine = Static<typeof LogLine>;

/** The lines of a job that are kept; the oldest ones go first. */
export const LOG_LINES_MAX = 10_000;
