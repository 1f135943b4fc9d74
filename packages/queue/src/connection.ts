/** Connections to Redis. */
import { Redis, type RedisOptions } from 'ioredis';

/** The prefix of every key in Redis. */
export const PREFIX = 'trainyard';

const RECONNECT_MS_MAX = 2_000;

const retryStrategy = (tries: number) => Math.min(tries * 100, RECONNECT_MS_MAX);

/** For a process that asks: where Redis cannot be reached a command fails at the second try to connect. */
const ASKING: RedisOptions = { maxRetriesPerRequest: 1, retryStrategy };

/** For a process that waits for entries, through any pause of Redis. */
const WAITING: RedisOptions = { maxRetriesPerRequest: null, retryStrategy };

export function connect(url: string, use: 'ask' | 'wait'): Redis {
  return new Redis(url, use === 'ask' ? ASKING : WAITING);
}
