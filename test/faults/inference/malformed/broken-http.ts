// Bytes that are hardly HTTP: a request that is cut off, lies about its length, or never was one.
import { TEST_KEY } from '../../../setup/index.js';
import type { FaultDice } from '../../harness.js';
import { damaged, randomBytes } from './mutate.js';
import type { Malformed } from './requests.js';

export function brokenHttp(dice: FaultDice, { method, path, headers, body }: Malformed): Buffer {
  if (dice.chance(0.15)) return randomBytes(dice, dice.between(0, 300));
  const length = dice.chance(0.5) ? body.length + dice.between(1, 5000) : dice.one([-1, 0, 1, 1e15]);
  const told = dice.chance(0.7) ? `content-length: ${length}` : 'transfer-encoding: chunked';
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, '')}`);
  const head = [
    `${method} ${path.replaceAll(/\s/g, '+')} HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${TEST_KEY}`,
    told,
    ...lines,
  ];
  const whole = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  return dice.chance(0.4) ? damaged(dice, whole) : whole;
}
