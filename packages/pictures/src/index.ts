export { type Box, Canvas, type Colour, DENSITY } from './canvas.js';
export * from './charts/index.js';
export { encodePng, type PngOptions, type RasterSize } from './png.js';
export { interleave, scaleImage, shownSize } from './scale.js';
export { bold, drawText, fitMiddle, fitText, type TextStyle, textWidth } from './text.js';
