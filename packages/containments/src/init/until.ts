/** Looks every few milliseconds until it is so, or the time is over. True if it was so. */
export async function until(isSo: () => boolean, withinMs: number, everyMs = 3): Promise<boolean> {
  const end = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() >= end) return false
    await pause(everyMs)
  }
  return true
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
