/** An error as the log keeps it. */
export interface DescribedError {
  name: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: DescribedError;
  errors?: DescribedError[];
}

const MAX_DEPTH = 5;

/**
 * Name, message, code, stack and the chain of causes, and nothing else: other properties of an error (a request's
 * headers, a query's parameters) may hold secrets and never reach the log.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { name: 'NotAnError', message: typeof error };
  const described: DescribedError = { name: error.name, message: error.message };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) {
    described.code = error.code;
  }
  if (error.stack !== undefined) described.stack = error.stack;
  if (depth >= MAX_DEPTH) return described;
  if (error.cause !== undefined) described.cause = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    described.errors = error.errors
      .slice(0, MAX_DEPTH)
      .map((each: unknown) => describeError(each, depth + 1));
  }
  return described;
}
