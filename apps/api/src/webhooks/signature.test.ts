import { describe, expect, it } from 'vitest';
import { signatureOf } from './signature.js';

describe('signatureOf', () => {
  it('signs the published example of Standard Webhooks as its libraries do', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, payload: '{"test": 2432232314}' };
    expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('depends on the key, the id, the time and every byte of the body', () => {
    const message = { id: 'dlv_1', timestamp: 1, payload: '{}' };
    const signatures = [
      signatureOf('whsec_AAAA', message),
      signatureOf('whsec_AAAB', message),
      signatureOf('whsec_AAAA', { ...message, id: 'dlv_2' }),
      signatureOf('whsec_AAAA', { ...message, timestamp: 2 }),
      signatureOf('whsec_AAAA', { ...message, payload: '{ }' }),
    ];
    expect(new Set(signatures).size).toBe(signatures.length);
  });
});
