/** Files of the upload that are not used. */
import { type DatasetWarning, SKIP_KINDS, type SkipCode } from '@trainyard/contracts';
import { EXAMPLES_MAX, some, type WarningInput } from './warning-input.js';

export function skippedFiles({ skipped }: WarningInput): DatasetWarning | null {
  if (skipped.length === 0) return null;
  const counts = new Map<SkipCode, number>();
  for (const { code } of skipped) if (code) counts.set(code, (counts.get(code) ?? 0) + 1);
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const figures = kinds.map(([code, count]) => `${count} ${code}`).join(', ');
  return {
    code: 'skipped_files',
    message: `${some(skipped.length, 'file was', 'files were')} not used${figures && ` (${figures})`}.`,
    remedy: `${kinds[0] ? `${SKIP_KINDS[kinds[0][0]].remedy} ` : ''}All of them are listed by GET /v1/datasets/{id}/skipped.`,
    count: skipped.length,
    examples: skipped.slice(0, EXAMPLES_MAX),
  };
}
