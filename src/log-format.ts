import prettyStream from 'pino-pretty';

/** Log lines for a person at a terminal. */
export function pretty(): NodeJS.WritableStream {
  return prettyStream({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true });
}
