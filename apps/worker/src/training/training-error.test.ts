import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { errorOf, outOfMemory } from './training-error.js';

const log = pino({ level: 'silent' });
const killed = { type: 'crashed' as const, exit: 'signal SIGKILL', stderr: '' };

describe('the error of a trainer that ended', () => {
  it('is out of memory where the system has killed for want of it, and names half the batch', () => {
    expect(errorOf(killed, true, 64, log)).toMatchObject({
      code: 'out_of_memory',
      message: expect.stringContaining('"batch_size": 32'),
      errors: [{ pointer: '/training/batch_size', detail: 'Use 32 instead of 64.' }],
    });
    expect(errorOf({ ...killed, exit: 'exit code 137' }, true, 64, log).code).toBe('out_of_memory');
  });

  it('is a lost worker where it was killed for another reason, or ended by itself', () => {
    expect(errorOf(killed, false, 64, log)).toEqual({
      code: 'worker_lost',
      message: 'The training process ended unexpectedly (signal SIGKILL).',
    });
    expect(errorOf({ ...killed, exit: 'signal SIGSEGV' }, true, 64, log).code).toBe('worker_lost');
  });

  it('passes on what the trainer said, with the batch to post where memory was short', () => {
    const say = (code: 'out_of_memory' | 'training_diverged') =>
      errorOf({ type: 'failed', error: { code, message: 'So it is.' }, stderr: '' }, false, 3, log);
    expect(say('training_diverged')).toEqual({ code: 'training_diverged', message: 'So it is.' });
    expect(say('out_of_memory').message).toBe('So it is. Post the job again with "batch_size": 1.');
  });

  it('offers no batch below one image', () => {
    expect(outOfMemory('Full.', 1)).toEqual({
      code: 'out_of_memory',
      message: 'Full. Use a smaller model or smaller images.',
    });
  });
});
