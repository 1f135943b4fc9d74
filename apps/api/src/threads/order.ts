/** What a thread is asked and what it answers; the number says which belongs to which. */

export interface Order<Request> {
  readonly number: number;
  readonly request: Request;
}

export type Report<Answer> =
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly error: unknown };
