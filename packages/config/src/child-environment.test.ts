import { describe, expect, it } from 'vitest';
import { childEnvironment } from './child-environment.js';

describe('childEnvironment', () => {
  it('keeps what a process needs to run and leaves out addresses and keys', () => {
    const env = { PATH: '/bin', TRAINYARD_THREADS: '2', DATABASE_URL: 'a', REDIS_URL: 'b', TRAINYARD_API_KEY: 'c' };
    expect(childEnvironment(env)).toEqual({ PATH: '/bin', TRAINYARD_THREADS: '2' });
  });
});
