// A checkpoint is damaged while it is served: the model that is loaded goes on, and what is damaged never answers.
import { expect } from 'vitest';
import { encodePng } from '../../fixtures/png.js';
import {
  IMAGE,
  modelPids,
  png,
  post,
  predict,
  randomPixels,
  startedEndpoint,
  storedCheckpoint,
  until,
} from '../../inference/serving.js';
import type { FaultScenario } from '../harness.js';
import { sharedServing } from './bed.js';

export const damagedCheckpoint: FaultScenario = {
  name: 'A checkpoint is damaged while it is served',
  rounds: { short: 1, full: 10 },
  limitSeconds: { short: 120, full: 300 },
  run: async ({ dice }, rounds) => {
    const serving = await sharedServing();
    const image = png(encodePng({ ...IMAGE, pixels: randomPixels(1) }));
    for (let round = 0; round < rounds; round++) {
      const name = `damaged-${round}`;
      const checkpointId = await storedCheckpoint(serving, { seed: round + 1 });
      await startedEndpoint(serving, name, checkpointId);
      const { predictions } = await predict(serving, name, image);
      const { storageKey } = await serving.db.checkpoints.trainedModel(serving.projectId, checkpointId);
      const bytes = await serving.store.readBytes(storageKey);
      if (dice.chance(0.3)) await serving.store.write(storageKey, bytes.subarray(0, dice.between(0, bytes.length - 1)));
      else {
        bytes[dice.between(0, bytes.length - 1)] ^= 1 << dice.between(0, 7);
        await serving.store.write(storageKey, bytes);
      }
      expect((await predict(serving, name, image)).predictions).toEqual(predictions);

      process.kill(modelPids(serving.inference).at(-1) ?? 0, 'SIGKILL');
      await until(
        async () => {
          const { status, body } = await post<{ predictions?: unknown }>(serving, name, image);
          // An answer may only come of the model that was loaded before.
          if (status === 200) expect(body.predictions).toEqual(predictions);
          else expect(status).toBe(503);
          return serving.db.endpoints.get(serving.projectId, name);
        },
        ({ status }) => status === 'failed',
      );
      const endpoint = await serving.db.endpoints.get(serving.projectId, name);
      expect(endpoint.error?.code).toBe('checkpoint_corrupt');
      const { status, body } = await post<{ detail: string }>(serving, name, image);
      expect(status).toBe(503);
      expect(body.detail).toContain('checkpoint');
    }
    return { checked: `${rounds} damaged checkpoints: the loaded model went on, and none answered after it was gone` };
  },
};
