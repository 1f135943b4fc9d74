/** What a child process is told of its parent's environment. */
import type { Environment } from './variables.js';

const SECRETS = ['DATABASE_URL', 'REDIS_URL', 'TRAINYARD_API_KEY'];

/** The environment without the addresses and keys that a child has no business with. */
export function childEnvironment(env: Environment = process.env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.includes(name)));
}
