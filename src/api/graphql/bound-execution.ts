import {
  createSourceEventStream,
  execute,
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import type { Context } from './context.js';
import { withinScope } from '../../base/request-scope.js';

/** An operation whose context has the scope that limits it. */
export type BoundArguments = ExecutionArgs & { readonly contextValue: Context };

/** Executes a query or mutation within its scope. If the scope is aborted, returns its error, even if a resolver hangs. */
export async function executeWithin(args: BoundArguments): Promise<ExecutionResult> {
  const { scope } = args.contextValue;
  try {
    return await withinScope(scope, Promise.resolve(execute(args)));
  } catch (error) {
    return { data: null, errors: [asGraphqlError(error)] };
  } finally {
    scope.end();
  }
}

/**
 * Subscribes within the scope, then executes each event with a time limit of its own. An event that times out or exceeds a
 * budget ends the subscription with that error; the client can resume from the previous event.
 */
export async function subscribeWithin(
  args: BoundArguments,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const { scope } = args.contextValue;
  let source: AsyncIterable<unknown> | ExecutionResult;
  const subscribed = createSourceEventStream(args);
  try {
    source = await withinScope(scope, subscribed);
  } catch (error) {
    void subscribed.then(end, () => undefined);
    return { errors: [asGraphqlError(error)] };
  } finally {
    scope.end();
  }
  return Symbol.asyncIterator in source ? executed(args, source) : source;
}

/** Ends a subscription that nobody waits for any more. */
async function end(source: AsyncIterable<unknown> | ExecutionResult): Promise<void> {
  if (Symbol.asyncIterator in source) {
    await source[Symbol.asyncIterator]().return?.();
  }
}

/** Not an async generator, because one that waits for a quiet source does not react to `return`. */
function executed(
  args: BoundArguments,
  source: AsyncIterable<unknown>,
): AsyncGenerator<ExecutionResult, void, void> {
  const { scope } = args.contextValue;
  const events = source[Symbol.asyncIterator]();
  const results: AsyncGenerator<ExecutionResult, void, void> = {
    async next() {
      const event: IteratorResult<unknown, unknown> = await events.next();
      if (event.done === true) {
        return { done: true, value: undefined };
      }
      scope.renew();
      try {
        return {
          done: false,
          value: await withinScope(scope, Promise.resolve(execute({ ...args, rootValue: event.value }))),
        };
      } catch (error) {
        await events.return?.();
        throw error;
      } finally {
        scope.end();
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    async throw(error: unknown) {
      await events.return?.();
      throw error;
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** An error as GraphQL passes it on; its cause is the original error. */
export function asGraphqlError(error: unknown): GraphQLError {
  return error instanceof GraphQLError
    ? error
    : new GraphQLError((error as Error).message, { originalError: error as Error });
}
