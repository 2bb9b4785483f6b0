/** What was started and must be stopped, the last first, also when the run is interrupted. */
const stops: (() => Promise<unknown> | undefined)[] = [];

export function stopLater(stop: () => Promise<unknown> | undefined): void {
  stops.push(stop);
}

export async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
    try {
      await stop();
    } catch (error) {
      console.error('while stopping:', error);
    }
  }
}
