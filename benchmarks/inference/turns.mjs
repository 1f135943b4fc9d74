// Rounds in which all take turns, so that what the machine does meanwhile meets all of them alike.

/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('./contenders.mjs').Taken} Taken */
/** @typedef {Record<string, Taken>} Round Those that did not take part are left out */

/**
 * In every other round the last goes first.
 *
 * @param {Record<string, Contender>} contenders @param {number} rounds @returns {Promise<Round[]>}
 */
export async function takeTurns(contenders, rounds) {
  /** @type {Round[]} */
  const all = [];
  for (let round = 0; round < rounds; round++) {
    const taking = Object.entries(contenders).filter(([, { every }]) => round % every === 0);
    if (round % 2 === 1) taking.reverse();
    /** @type {Round} */
    const row = {};
    for (const [name, { take }] of taking) row[name] = await take();
    all.push(row);
  }
  return all;
}
