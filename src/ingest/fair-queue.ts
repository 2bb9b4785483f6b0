/** A queued write. */
export interface Waiting {
  /** Who submitted it: the writes of one client keep their order. */
  readonly client: object;
  /** The traces and threads that it changes. */
  readonly keys: readonly string[];
  /** Its cost, in rows. */
  readonly cost: number;
  readonly sizeBytes: number;
  /** Whether it must be the only write in its batch. */
  readonly exclusive: boolean;
}

/** The limits of a batch. A single write that exceeds them gets a batch of its own. */
export interface BatchSize {
  readonly maxCost: number;
  readonly maxBytes: number;
}

/** The most that one client adds to a shared batch. A write that costs more is large. */
const SHARE = 100;
/** How many bytes cost as much as a row. */
const ROW_BYTES = 2_048;
/** A write that costs at most this much is small: it should not have to wait for large writes. */
const SMALL = 10;
/** How long batches are kept short after a small write, or after a write of another client. */
const RECENT_MS = 1_000;

/** Items that can be written together. */
export interface TakenBatch<Item> {
  readonly items: readonly Item[];
  /** Whether it is a large write that others should not have to wait for. */
  readonly isLarge: boolean;
}

/**
 * The queued writes, by client. A batch takes first from the client that will have been served least, its next write
 * included (weighted fair queueing, in rows or bytes). A client that sends little does not wait for those that send much,
 * however many connections these have.
 */
export class FairQueue<Item extends Waiting> {
  readonly #batchSize: BatchSize;
  readonly #clients = new Map<object, Item[]>();
  /** The virtual time up to which each client has been served. Kept when its queue is empty, so that it cannot start afresh. */
  readonly #served = new WeakMap<object, number>();
  #virtualNow = 0;
  #size = 0;
  #newestClient: object | undefined;
  #othersSeenMs = -Infinity;
  #smallSeenMs = -Infinity;

  constructor(batchSize: BatchSize) {
    this.#batchSize = batchSize;
  }

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    const nowMs = performance.now();
    if (item.client !== this.#newestClient) {
      this.#othersSeenMs = this.#newestClient === undefined ? -Infinity : nowMs;
      this.#newestClient = item.client;
    }
    if (chargeOf(item) <= SMALL) {
      this.#smallSeenMs = nowMs;
    }
    const items = this.#clients.get(item.client);
    if (items === undefined) {
      this.#clients.set(item.client, [item]);
      this.#served.set(item.client, Math.max(this.#virtualNow, this.#served.get(item.client) ?? 0));
    } else {
      items.push(item);
    }
    this.#size += 1;
  }

  /** Removes an item from the queue; returns false if it is no longer queued. */
  remove(item: Item): boolean {
    const items = this.#clients.get(item.client) ?? [];
    const place = items.indexOf(item);
    if (place !== -1) {
      items.splice(place, 1);
      this.#taken(item.client, items, 1);
    }
    return place !== -1;
  }

  /**
   * Takes the next items that can be written together, in order: none whose keys are in `busy`, and none that would overtake
   * an earlier one of the same client on the same key. `allowLarge`: whether a large write may be taken; `largeFirst`: whether
   * to take a large write first, if there is one.
   */
  takeBatch(
    busy: ReadonlySet<string>,
    { allowLarge, largeFirst }: { readonly allowLarge: boolean; readonly largeFirst: boolean },
  ): TakenBatch<Item> {
    const { maxCost, maxBytes } = this.#batchSize;
    const nowMs = performance.now();
    const isLarge = (item: Item): boolean => chargeOf(item) > SHARE && nowMs - this.#smallSeenMs <= RECENT_MS;
    const share = nowMs - this.#othersSeenMs <= RECENT_MS ? SHARE : Infinity;
    const order = [...this.#clients.keys()].sort((a, b) => this.#finish(a) - this.#finish(b));
    if (largeFirst) {
      for (const client of order) {
        const [large] = this.#takeFrom(client, busy, (item) => isLarge(item), 1);
        if (large !== undefined) {
          return { items: [large], isLarge: true };
        }
      }
    }
    const taken: Item[] = [];
    let [cost, sizeBytes, isFull] = [0, 0, false];
    for (const client of order) {
      let charged = 0;
      this.#takeFrom(client, busy, (item) => {
        const large = isLarge(item);
        const fits =
          !isFull &&
          (taken.length === 0
            ? allowLarge || !large
            : !large &&
              !item.exclusive &&
              cost + item.cost <= maxCost &&
              sizeBytes + item.sizeBytes <= maxBytes &&
              charged + chargeOf(item) <= share);
        if (fits) {
          taken.push(item);
          cost += item.cost;
          sizeBytes += item.sizeBytes;
          charged += chargeOf(item);
          isFull = item.exclusive || large;
        }
        return fits;
      });
      if (isFull) {
        break;
      }
    }
    return { items: taken, isLarge: taken.some(isLarge) };
  }

  /** Takes, in order, a client's items that `choose` accepts and whose keys are neither busy nor used by a skipped item. */
  #takeFrom(
    client: object,
    busy: ReadonlySet<string>,
    choose: (item: Item) => boolean,
    most = Infinity,
  ): Item[] {
    const items = this.#clients.get(client) ?? [];
    const begun = this.#served.get(client) ?? 0;
    const passed = new Set<string>();
    const taken: Item[] = [];
    const left: Item[] = [];
    for (const item of items) {
      const isUnblocked = !item.keys.some((key) => busy.has(key) || passed.has(key));
      if (taken.length < most && isUnblocked && choose(item)) {
        taken.push(item);
      } else {
        left.push(item);
        item.keys.forEach((key) => passed.add(key));
      }
    }
    if (taken.length > 0) {
      const charged = taken.reduce((sum, item) => sum + chargeOf(item), 0);
      this.#served.set(client, begun + charged);
      this.#virtualNow = Math.max(this.#virtualNow, begun);
      this.#taken(client, left, taken.length);
    }
    return taken;
  }

  #taken(client: object, left: Item[], count: number): void {
    this.#size -= count;
    if (left.length === 0) {
      this.#clients.delete(client);
    } else {
      this.#clients.set(client, left);
    }
  }

  /** The virtual time up to which a client will have been served after its next write. */
  #finish(client: object): number {
    const [next] = this.#clients.get(client) ?? [];
    return (this.#served.get(client) ?? 0) + (next === undefined ? 0 : chargeOf(next));
  }
}

function chargeOf({ cost, sizeBytes }: Waiting): number {
  return Math.max(cost, sizeBytes / ROW_BYTES);
}
