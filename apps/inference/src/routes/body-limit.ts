/** The largest body of a prediction. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
