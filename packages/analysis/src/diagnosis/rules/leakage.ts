/** Images that are in two splits: what is measured on them is not what the network does on new ones. */
import { figures, grade, percent, type Rule } from '../finding.js';
import { posted } from '../remedies/job-edits.js';
import { THRESHOLDS } from '../thresholds.js';

export const leakage: Rule = ({ facts: { dataset, body } }) => {
  const warning = dataset.warnings.find(({ code }) => code === 'leaking_duplicates');
  const held = (dataset.counts?.validation.total ?? 0) + (dataset.counts?.test.total ?? 0);
  const leaking = warning?.count ?? 0;
  if (!warning || held === 0 || leaking / held < THRESHOLDS.leakage) return null;
  const title = 'Train on a version without them';
  return {
    code: 'leakage',
    confidence: grade(leaking / held, [THRESHOLDS.leakage, 0.1], [0.7, 0.96]),
    evidence: [
      {
        metric: 'leaking_images',
        epochs: [],
        figures: figures({ leaking_images: leaking, validation_and_test_images: held }),
        text: `${warning.message} Against the ${held} images of the validation and test splits that is ${percent(leaking / held)}.`,
      },
    ],
    remedies: [
      {
        title,
        why: 'Each such image stays in one split: test before validation before train.',
        promises: { metric: 'leaking_images', direction: 'down' },
        before: { method: 'POST', path: `/v1/datasets/${dataset.id}/images`, body: { options: { leaks: 'drop' } } },
        apply: posted(body, title),
      },
    ],
  };
};
