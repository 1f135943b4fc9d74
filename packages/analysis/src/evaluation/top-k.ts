/** How often the right class is among the k most probable ones. */
import type { LabelledPredictions } from './predictions.js';
import { ratio } from './predictions.js';

const KS = [2, 3, 5, 10];

/**
 * For each k below the number of classes. A class is among the k largest where fewer than k are larger: equal ones count
 * in its favour, as in the metric of trainings (Keras). scikit-learn lets the order of the columns decide there.
 */
export function topK({ predictions, labels, names, count }: LabelledPredictions): { k: number; accuracy: number }[] {
  const width = names.length;
  const ks = KS.filter((k) => k < width);
  const right = ks.map(() => 0);
  for (let row = 0; row < count; row++) {
    const own = predictions[row * width + labels[row]];
    let larger = 0;
    for (let place = 0; place < width; place++) if (predictions[row * width + place] > own) larger += 1;
    for (const [i, k] of ks.entries()) if (larger < k) right[i] += 1;
  }
  return ks.map((k, i) => ({ k, accuracy: ratio(right[i], count) }));
}
