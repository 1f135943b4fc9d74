/** The tables that describe models. A large model takes seconds, so they are made in a thread of their own. */
import type { ModelSummary } from '@trainyard/contracts';
import { AnsweringThread } from '../threads/answering-thread.js';
import type { SummaryRequest } from './summary-messages.js';

export class Summarizer {
  readonly #thread = new AnsweringThread<SummaryRequest, ModelSummary>({
    script: new URL('../../dist/summaries/summary-thread.js', import.meta.url),
    waitingMax: 64,
    waitingFor: 'models are waiting to be described',
  });

  /** Throws `overloaded` where too many wait already. */
  summarize(request: SummaryRequest): Promise<ModelSummary> {
    return this.#thread.ask(request);
  }

  /** Ends the thread; what it has not answered is refused. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
