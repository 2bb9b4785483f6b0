/**
 * How many times as long as on an idle machine everything may take. On machines that are busy with other work, deadlines and
 * grace periods are multiplied by it, so that what is found is the servers' fault.
 */
export const PATIENCE = Math.max(1, Number(process.env['STEMMA_TEST_SOAK_PATIENCE'] ?? 1));

/** The settings of both servers, short so that a soak reaches each of them. */
export const TIMEOUTS = {
  requestMs: 10_000 * PATIENCE,
  headersMs: 3_000 * PATIENCE,
  bodyMs: 4_000 * PATIENCE,
  stopMs: 10_000 * PATIENCE,
} as const;

/** What the path to the client and a busy machine may add to a deadline. */
export const GRACE_MS = 3_000 * PATIENCE;
