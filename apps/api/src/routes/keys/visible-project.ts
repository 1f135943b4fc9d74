/** Whose keys a caller sees. */
import type { Principal } from '@trainyard/http';

/** The caller's project, or null for an operator, who sees the keys of every project. */
export function visibleProject({ role, projectId }: Principal): string | null {
  return role === 'operator' ? null : projectId;
}
