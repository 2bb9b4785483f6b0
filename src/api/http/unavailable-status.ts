import type { ApolloServerPlugin } from '@apollo/server';
import { RETRY_AFTER_S } from './respond.js';

/**
 * Sets HTTP 503 and `Retry-After` on a response that has no data because something is UNAVAILABLE. A response with any data
 * keeps its status: part of the request was done.
 */
export const unavailableStatus: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ response }) {
        if (response.body.kind === 'single') {
          const { data, errors = [] } = response.body.singleResult;
          const isEmpty = data == null || Object.values(data).every((value) => value === null);
          if (isEmpty && errors.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE')) {
            response.http.status = 503;
            response.http.headers.set('retry-after', RETRY_AFTER_S);
          }
        }
        return Promise.resolve();
      },
    }),
};
