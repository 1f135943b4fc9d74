// One Trainyard for all scenarios of this folder: to start one takes longer than most of them.
import { type Serving, startServing } from '../../inference/serving.js';

let serving: Promise<Serving> | undefined;

export function sharedServing(): Promise<Serving> {
  serving ??= startServing({ api: true });
  return serving;
}
