/** The headers of the frames that carry groups of requests to a model's process, and the answers back. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PredictInputKind, SentError } from './model-messages.js';
import { Strict } from './schema.js';

const Count = Type.Integer({ minimum: 0 });
const Milliseconds = Type.Number({ minimum: 0 });

/** The payload has the parts of all inputs one after another. */
export const GroupHeader = Strict({
  number: Type.Integer({ minimum: 1 }),
  inputs: Type.Array(
    Strict({
      kind: PredictInputKind,
      sizes: Type.Array(Count, { description: 'Bytes of each part' }),
      count: Type.Optional(Count),
    }),
  ),
});
export type GroupHeader = Static<typeof GroupHeader>;

/** The payload has the rows of all images that were answered, float32 and little endian, in the order of the inputs. */
export const GroupReport = Strict({
  number: Type.Integer({ minimum: 1 }),
  preprocess_ms: Milliseconds,
  compute_ms: Milliseconds,
  results: Type.Array(
    Type.Union([Strict({ images: Count }), Strict({ error: SentError, log: Type.Optional(Type.String()) })]),
  ),
});
export type GroupReport = Static<typeof GroupReport>;

const groupHeader = Compile(GroupHeader);
const groupReport = Compile(GroupReport);

/** Throws `TypeError` for anything else. */
export function parseGroupHeader(header: unknown): GroupHeader {
  if (groupHeader.Check(header)) return header;
  throw new TypeError('A frame that is no group of requests');
}

/** Throws `TypeError` for anything else. */
export function parseGroupReport(header: unknown): GroupReport {
  if (groupReport.Check(header)) return header;
  throw new TypeError('A frame that is no answer to a group');
}
