/** What a demo page is told of its model, as JSON in the page. */
export interface DemoAbout {
  title: string;
  checkpoint_id: string;
  task: 'multiclass' | 'binary' | 'multilabel' | 'regression';
  /** Classes, labels or targets, in the order of the outputs. */
  labels: readonly string[];
  image: ModelImage;
  certificate: { images: number; source: string; largest_difference: number; tolerance: number };
}

/** What images are brought to before they go in. */
export interface ModelImage {
  width: number;
  height: number;
  channels: 1 | 3;
  fit: 'cover' | 'contain' | 'fill';
}
