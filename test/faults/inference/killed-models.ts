// The process of a model is killed under load: only what it had is refused, with the advice to try again, and it comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { modelPids, startedEndpoint, until } from '../../inference/serving.js';
import type { FaultScenario } from '../harness.js';
import { sharedServing } from './bed.js';
import { SteadyClients } from './steady-clients.js';

const CLIENTS = 12;
const NAME = 'killed';

export const killedModels: FaultScenario = {
  name: 'The process of a model is killed under load',
  rounds: { short: 2, full: 30 },
  limitSeconds: { short: 120, full: 900 },
  run: async ({ dice, recovered, say }, rounds) => {
    const serving = await sharedServing();
    await startedEndpoint(serving, NAME);
    const clients = await SteadyClients.start(serving, NAME, CLIENTS);
    let most = 0;
    for (let round = 1; round <= rounds; round++) {
      const signal = dice.one(['SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGTRAP'] as const);
      // Beyond the time within which a process that ended counts as one that cannot live.
      await sleep(round === 1 ? 200 : dice.between(200, 1500));
      const refusedBefore = clients.refusals.length;
      const pids = modelPids(serving.inference);
      process.kill(pids.at(-1) ?? 0, signal);
      const killedAt = performance.now();
      await until(
        () => modelPids(serving.inference).length,
        (count) => count > pids.length,
      );
      const loadedAt = performance.now();
      await until(
        () => clients.allAnsweredAt,
        (at) => at > loadedAt,
      );
      recovered(loadedAt - killedAt);
      most = Math.max(most, clients.refusals.length - refusedBefore);
      say(
        `${round} of ${rounds}: ${signal}, ${clients.refusals.length - refusedBefore} refused, back after ${Math.round(loadedAt - killedAt)} ms`,
      );
    }
    await clients.stop();
    for (const { status, type, retryAfter } of clients.refusals) {
      expect([status, type]).toEqual([503, 'urn:trainyard:error:endpoint_not_ready']);
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    // Each client has one request under way, so no more can be in the process.
    expect(most).toBeLessThanOrEqual(CLIENTS);
    expect(clients.wrong).toBe(0);
    expect(clients.answered).toBeGreaterThan(rounds * CLIENTS);
    return {
      checked: `${clients.answered} right answers; at most ${most} refused a kill, each 503 with Retry-After`,
    };
  },
};
