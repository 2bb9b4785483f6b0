/** The API, as the command line uses it. */
export interface Client {
  /** Where the server is, without a path. */
  readonly url: string;
  /** Sends an operation and returns its data; throws an Error with the server's message when it fails. */
  ask(query: string, variables?: object): Promise<any>; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export function openClient(url: string): Client {
  return {
    url,
    async ask(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data: unknown;
        errors?: { message: string }[];
      };
      if (errors?.[0] !== undefined) {
        throw new Error(errors[0].message);
      }
      return data;
    },
  };
}
