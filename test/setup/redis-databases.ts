/** How many numbered databases the shared Redis has; no test file gets one twice. */
export const DATABASES_OF_REDIS = 4096;
