/** The thread's side of an `AnsweringThread`. */
import { parentPort } from 'node:worker_threads';
import type { Order, Report } from './order.js';

export function answerOrders<Request, Answer>(answer: (request: Request) => Answer): void {
  parentPort?.on('message', ({ number, request }: Order<Request>) => {
    parentPort?.postMessage(report(number, () => answer(request)));
  });
}

function report<Answer>(number: number, answer: () => Answer): Report<Answer> {
  try {
    return { number, answer: answer() };
  } catch (error) {
    return { number, error };
  }
}
