/** Asks another checkpoint what was asked of an endpoint, off the way of the request, and compares the answers. */
import { type PredictInput, TrainyardError } from '@trainyard/contracts';
import type { EndpointUse, ServedEndpoint } from '@trainyard/db';
import type { Prediction } from '../models/batcher.js';
import type { ModelPool } from '../models/model-pool.js';
import { answerFormOf } from './answer-form.js';
import { compareAnswers } from './compare-answers.js';
import type { EndpointStatistics } from './endpoint-statistics.js';
import { Sampler } from './sampler.js';

/** Requests whose comparison is under way; each holds its body. */
const COMPARING_MAX = 16;

export interface Answered {
  served: ServedEndpoint;
  input: PredictInput;
  prediction: Prediction;
}

export class ShadowTraffic {
  readonly #pool: Pick<ModelPool, 'predict'>;
  readonly #statistics: EndpointStatistics;
  readonly #sampler = new Sampler();
  #comparing = 0;

  constructor(pool: Pick<ModelPool, 'predict'>, statistics: EndpointStatistics) {
    this.#pool = pool;
    this.#statistics = statistics;
  }

  /** Begins to compare a share of what the endpoint's own checkpoint answered. */
  offer(answered: Answered): void {
    const shadow = answered.served.uses.find(({ role, isReady }) => role === 'shadow' && isReady);
    if (shadow === undefined || !this.#sampler.picks(shadow.share ?? 1)) return;
    void this.#compare(answered, shadow);
  }

  async #compare({ served, input, prediction }: Answered, shadow: EndpointUse): Promise<void> {
    const asked = { endpointId: served.endpoint.id, checkpointId: served.model.checkpointId };
    const shadowId = shadow.model.checkpointId;
    if (this.#comparing >= COMPARING_MAX) {
      this.#statistics.notCompared(asked, shadowId, 'dropped');
      return;
    }
    this.#comparing++;
    try {
      const other = await this.#pool.predict(shadow.model, input, { background: true });
      this.#statistics.compared(asked, shadowId, compareAnswers(prediction, other, answerFormOf(served)));
    } catch (error) {
      const isBusy = error instanceof TrainyardError && error.code === 'overloaded';
      this.#statistics.notCompared(asked, shadowId, isBusy ? 'dropped' : 'failed');
    } finally {
      this.#comparing--;
    }
  }
}
