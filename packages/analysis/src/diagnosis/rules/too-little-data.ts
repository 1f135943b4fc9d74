/** Too few images to tell what a class has in common from what these images have. */
import { figure, figures, grade, type Rule } from '../finding.js';
import { withAugmentation, withEarlyStopping, withModel, withMoreEpochs } from '../remedies/job-edits.js';
import { widened, withDropout } from '../remedies/layer-edits.js';
import { lowerLoss, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';
import { gapEvidence, gapOf } from './overfitting.js';

export const tooLittleData: Rule = (readings) => {
  const { body, dataset } = readings.facts;
  const gap = gapOf(readings);
  const limit = THRESHOLDS.tooLittleData;
  if (!gap || !dataset.counts) return null;
  const images = dataset.counts.train.total;
  const classes = dataset.task === 'regression' ? 1 : Math.max(1, dataset.classes?.length ?? 1);
  const most = dataset.task === 'regression' ? limit.images : limit.imagesPerClass;
  const each = images / classes;
  const isApart = gap.lossRatio >= limit.lossRatio || (gap.accuracyGap ?? 0) >= limit.accuracyGap;
  if (each >= most || !isApart) return null;
  const dropped = remedy(
    'Drop values at random',
    'A network whose units cannot rely on each other learns less of single images by heart (Srivastava et al., 2014).',
    lowerLoss,
    withModel(body, withDropout(body.model)),
  );
  const augmented = remedy(
    'Change the images at random, and train twice as long',
    'Each image stands for many that look nearly like it; to learn them takes longer.',
    lowerLoss,
    withMoreEpochs(withAugmentation(body), 2),
  );
  const simpler = remedy(
    'Simplify',
    'A network with half as many filters and units needs fewer images.',
    lowerLoss,
    withEarlyStopping(withModel(body, widened(body.model, 0.5))),
  );
  return {
    code: 'too_little_data',
    confidence: grade(each, [most, most / 5], [0.8, 0.93]),
    evidence: [
      {
        metric: 'images',
        epochs: [],
        figures: figures({ train_images: images, images_per_class: dataset.task === 'regression' ? null : each }),
        text: `The train split has ${images} images, ${figure(each)} for each class: more of them would help most (POST /v1/datasets/${dataset.id}/images).`,
      },
      gapEvidence(gap),
    ],
    remedies: [dropped, augmented, simpler],
    explains: ['overfitting', 'still_improving'],
  };
};
