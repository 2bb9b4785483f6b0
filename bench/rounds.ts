/** How many rounds each figure has; `bench:compare` runs one at a time, in turns with another checkout. */
export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
