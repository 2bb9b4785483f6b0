/** What was started and must be stopped, last first, even if the run is interrupted. */
const stops: (() => Promise<unknown> | undefined)[] = [];

export function stopLater(stop: () => Promise<unknown> | undefined): void {
  stops.push(stop);
}

let stopping = Promise.resolve();

/** If called again while it stops things, waits for those too: whoever ends the process must not leave them half stopped. */
export function stopAll(): Promise<void> {
  stopping = stopping.then(stopEach);
  return stopping;
}

async function stopEach(): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
    try {
      await stop();
    } catch (error) {
      console.error('while stopping:', error);
    }
  }
}
