// The augmentations whose cost is measured, beside none.

/** @typedef {import('@trainyard/contracts').AugmentationOptions} AugmentationOptions */

/** All that there is at once; colours where there are such. @param {number} channels @returns {AugmentationOptions} */
function everything(channels) {
  return {
    horizontal_flip: true,
    vertical_flip: true,
    rotation: 15,
    translation: 0.1,
    zoom: 0.1,
    shear: 10,
    random_crop: {},
    brightness: 0.2,
    contrast: 0.2,
    ...(channels === 3 ? { saturation: 0.2, hue: 0.05 } : {}),
    erasing: {},
    gaussian_noise: 0.02,
    mixup: {},
    cutmix: {},
  };
}

/** @type {Record<string, (channels: number) => AugmentationOptions>} */
export const POLICIES = {
  none: () => null,
  standard: () => 'standard',
  everything,
};
