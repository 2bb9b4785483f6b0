/** A byte budget that many users share. */
export interface ByteBudget {
  readonly maxBytes: number;
  readonly usedBytes: number;
  /** Takes bytes for something of this size if they fit now. The first user may take more than the whole budget. */
  take(bytes: number, sizeBytes?: number): boolean;
  /** Returns bytes that were taken. */
  give(bytes: number): void;
}

/** Small requests may use the whole budget, larger ones all but this share, so that small ones get through between large ones. */
const SMALL_SHARE = 1 / 8;
const SMALL_BYTES = 64 * 1024;

export function createByteBudget(maxBytes: number): ByteBudget {
  let usedBytes = 0;
  return {
    maxBytes,
    get usedBytes() {
      return usedBytes;
    },
    take(bytes, sizeBytes = bytes) {
      const most = sizeBytes <= SMALL_BYTES ? maxBytes : maxBytes * (1 - SMALL_SHARE);
      if (usedBytes > 0 && usedBytes + bytes > most) {
        return false;
      }
      usedBytes += bytes;
      return true;
    },
    give(bytes) {
      usedBytes -= bytes;
    },
  };
}
