/** Connections to Redis. */
import { Redis, type RedisOptions } from 'ioredis';

/** The prefix of every key in Redis. */
export const PREFIX = 'trainyard';

const RECONNECT_MS_MAX = 2_000;

const retryStrategy = (tries: number) => Math.min(tries * 100, RECONNECT_MS_MAX);

/** For a process that asks: a command fails soon where Redis cannot be reached, and does not wait for it. */
const ASKING: RedisOptions = { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy };

/** For a process that waits for entries, through any pause of Redis. */
const WAITING: RedisOptions = { maxRetriesPerRequest: null, retryStrategy };

export function connect(url: string, use: 'ask' | 'wait'): Redis {
  return new Redis(url, use === 'ask' ? ASKING : WAITING);
}
