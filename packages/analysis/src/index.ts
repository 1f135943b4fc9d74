/** What trained models and their figures say: pure functions on arrays and rows. */
export {};
