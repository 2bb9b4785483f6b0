/** A number of bytes that many users share. */
export interface ByteBudget {
  readonly maxBytes: number;
  readonly usedBytes: number;
  /** Takes bytes for something of this size if they fit now; the first user may take more than there are. */
  take(bytes: number, sizeBytes?: number): boolean;
  /** Returns bytes that were taken. */
  give(bytes: number): void;
}

/** What is small may use the whole budget, what is larger all but this part of it: small requests get through between large ones. */
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
