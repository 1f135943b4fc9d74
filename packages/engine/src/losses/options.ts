/** The options of every loss, with all defaults filled in. */
export type Loss =
  | { readonly type: 'categorical_crossentropy' }
  | { readonly type: 'sparse_categorical_crossentropy' }
  | { readonly type: 'binary_crossentropy' }
  | { readonly type: 'focal'; readonly gamma: number; readonly alpha: number }
  | { readonly type: 'mse' }
  | { readonly type: 'mae' }
  | { readonly type: 'huber'; readonly delta: number }
  | { readonly type: 'hinge' };

export type LossOf<T extends Loss['type']> = Extract<Loss, { readonly type: T }>;
