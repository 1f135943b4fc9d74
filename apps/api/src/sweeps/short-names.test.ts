import { expect, it } from 'vitest';
import { shortNames } from './short-names.js';

it('names parameters by what they are, and tells those of the same name apart', () => {
  const pointers = [
    '/training/optimizer/type',
    '/training/optimizer/learning_rate',
    '/training/batch_size',
    '/model/layers/0/filters',
    '/model/layers/3',
    '/training/schedule/alpha',
    '/training/augmentation/mixup/alpha',
  ];
  expect([...shortNames(pointers).values()]).toEqual([
    'optimizer',
    'learning_rate',
    'batch_size',
    'layer 0 filters',
    'layers/3',
    'schedule/alpha',
    'augmentation/mixup/alpha',
  ]);
});
