// What a person can mend: shown as it is, without a stack.

export class Problem extends Error {
  /** @param {string} message What is wrong and what to do about it. */
  constructor(message) {
    super(message);
    this.name = 'Problem';
  }
}
