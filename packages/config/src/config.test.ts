import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './index.js';

const GIVEN = { DATABASE_URL: 'postgresql://me:secret@host/db', REDIS_URL: 'redis://:secret@host:6379/0' };

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig('api', env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('fills in every default', () => {
    expect(readConfig('api', GIVEN)).toEqual({
      databaseUrl: GIVEN.DATABASE_URL,
      redisUrl: GIVEN.REDIS_URL,
      queueRules: { projectMaxRunningJobs: null, planWaitSeconds: 300 },
      dataDir: resolve('.trainyard'),
      objectsDir: resolve('.trainyard/objects'),
      host: '127.0.0.1',
      port: 8080,
      apiKey: undefined,
      inferenceUrl: 'http://127.0.0.1:8081',
      maxUploadBytes: 10 * 1024 ** 3,
      uploadRules: { lifetimeMs: 24 * 3_600_000, openMax: 100 },
      webhookAllowPrivate: false,
      logLevel: 'info',
    });
    expect(readConfig('worker', GIVEN)).toMatchObject({ threads: expect.any(Number), jobsMax: null, stopMs: 20_000 });
    expect(readConfig('worker', GIVEN).threads).toBeGreaterThan(0);
    expect(readConfig('inference', GIVEN)).toMatchObject({ port: 8081, host: '127.0.0.1', modelsMax: 8 });
    expect(readConfig('inference', { ...GIVEN, TRAINYARD_MODELS_MAX: '2' }).modelsMax).toBe(2);
  });

  it('reads what is set', () => {
    const env = {
      ...GIVEN,
      TRAINYARD_PORT: '0',
      TRAINYARD_HOST: '0.0.0.0',
      TRAINYARD_DATA_DIR: '/data',
      TRAINYARD_API_KEY: 'ty_0123456789abcdef',
      TRAINYARD_MAX_UPLOAD_BYTES: '1048576',
      TRAINYARD_UPLOAD_HOURS: '2',
      TRAINYARD_PROJECT_MAX_UPLOADS: '5',
      TRAINYARD_WEBHOOK_ALLOW_PRIVATE: 'true',
      TRAINYARD_LOG_LEVEL: 'debug',
      TRAINYARD_THREADS: '3',
      TRAINYARD_JOBS_MAX: '2',
      TRAINYARD_STOP_SECONDS: '90',
      TRAINYARD_PROJECT_MAX_RUNNING_JOBS: '2',
      TRAINYARD_PLAN_WAIT_SECONDS: '0',
    };
    expect(readConfig('api', env)).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      objectsDir: '/data/objects',
      apiKey: 'ty_0123456789abcdef',
      maxUploadBytes: 1048576,
      uploadRules: { lifetimeMs: 2 * 3_600_000, openMax: 5 },
      webhookAllowPrivate: true,
      logLevel: 'debug',
    });
    expect(readConfig('worker', env)).toMatchObject({
      threads: 3,
      jobsMax: 2,
      stopMs: 90_000,
      queueRules: { projectMaxRunningJobs: 2, planWaitSeconds: 0 },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig('api', { ...GIVEN, TRAINYARD_PORT: '', TRAINYARD_API_KEY: '' })).toMatchObject({
      port: 8080,
      apiKey: undefined,
    });
  });

  it('asks a process only for what it uses', () => {
    expect(() => readConfig('inference', { DATABASE_URL: GIVEN.DATABASE_URL, TRAINYARD_PORT: 'bad' })).not.toThrow();
    expect(() => readConfig('worker', { DATABASE_URL: GIVEN.DATABASE_URL })).toThrow('REDIS_URL is not set');
  });

  it('names every variable that is wrong, and what was expected, in one message', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mysql://me:secret@host/db',
      TRAINYARD_PORT: '80 80',
      TRAINYARD_MAX_UPLOAD_BYTES: '1.5',
      TRAINYARD_LOG_LEVEL: 'loud',
      TRAINYARD_API_KEY: 'short',
    });
    expect(problems).toEqual([
      'The configuration is not valid:',
      '  DATABASE_URL is not valid: expected a postgresql:// address.',
      '  TRAINYARD_LOG_LEVEL is "loud": expected one of fatal, error, warn, info, debug, trace, silent.',
      '  REDIS_URL is not set: expected a redis:// address.',
      '  TRAINYARD_PORT is "80 80": expected a whole number from 0 to 65535.',
      '  TRAINYARD_API_KEY is not valid: expected 16 to 200 printable characters without spaces.',
      '  TRAINYARD_MAX_UPLOAD_BYTES is "1.5": expected a whole number from 1.',
    ]);
  });

  it.each(['65536', '-1', '8080x', '0x50', '1e3'])('refuses the port %s', (port) => {
    expect(problemsOf({ ...GIVEN, TRAINYARD_PORT: port })).toHaveLength(2);
  });

  it('never repeats a password or a key', () => {
    const problems = problemsOf({ DATABASE_URL: 'x:hunter2', REDIS_URL: 'hunter2', TRAINYARD_API_KEY: 'hunter2' });
    expect(problems.join()).not.toContain('hunter2');
  });
});
