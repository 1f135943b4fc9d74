/** Strategies that search settings: pure functions of a seed and the results so far. */
export {};
