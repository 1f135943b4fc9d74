/** The thread that draws pictures. */
import { drawChart, encodePng, scaleImage, shownSize } from '@trainyard/pictures';
import { answerOrders } from '../threads/answer-orders.js';
import { drawAugmentSheet } from './augment-sheet.js';
import { drawMistakes } from './evaluation-mistakes.js';
import { drawFeatureMaps } from './feature-maps-sheet.js';
import { drawKernels } from './kernel-sheet.js';
import type { PictureAnswer, PictureOrder, ThumbnailOrder } from './picture-orders.js';

answerOrders((order: PictureOrder): PictureAnswer => {
  switch (order.kind) {
    case 'thumbnails':
      return thumbnails(order);
    case 'augment':
      return [drawAugmentSheet(order).toPng()];
    case 'chart':
      return [drawChart(order.chart)];
    case 'mistakes':
      return [drawMistakes(order).toPng()];
    case 'kernels':
      return [drawKernels(order).toPng()];
    case 'feature_maps':
      return [drawFeatureMaps(order).toPng()];
  }
});

function thumbnails({ image, pixels, side }: ThumbnailOrder): PictureAnswer {
  const bytes = image.width * image.height * image.channels;
  const size = Math.max(image.width, image.height) > side ? shownSize(image, side) : image;
  return Array.from({ length: pixels.length / bytes }, (_, index) => {
    const planes = pixels.subarray(index * bytes, (index + 1) * bytes);
    return encodePng(scaleImage(planes, image, size), { ...size, channels: image.channels });
  });
}
