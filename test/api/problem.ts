// What every error answer has in common.
import { ERROR_KINDS, type ErrorCode, PROBLEM_CONTENT_TYPE, type Problem } from '@trainyard/contracts';
import { expect } from 'vitest';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  text: string;
}

/** Expects the problem of `code`, with nothing of the server's inside in it. */
export function expectProblem(answer: Answer, code: ErrorCode): Problem {
  const problem = answer.body as Problem;
  expect(problem).toMatchObject({
    type: `urn:trainyard:error:${code}`,
    title: ERROR_KINDS[code].title,
    status: ERROR_KINDS[code].status,
    detail: expect.stringMatching(/\w/),
    instance: expect.stringMatching(/^\//),
  });
  expect(answer.status).toBe(problem.status);
  expect(answer.headers['content-type']).toMatch(PROBLEM_CONTENT_TYPE);
  expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:|\bat \w+ \(|prisma|postgres:/i);
  return problem;
}

/** Expects the problem of `code` that points to exactly these places. */
export function expectPointers(answer: Answer, code: ErrorCode, pointers: string[]): Problem {
  const problem = expectProblem(answer, code);
  expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  return problem;
}
