import type { Writable } from 'node:stream'

/** Tells whether the reader of our output went away. Until then a write error is not an exception: the command ends in order, and then with exit 3. */
export function watchStandardOutput(stream: Writable): { readonly isLost: () => boolean } {
  let lost = false
  stream.on('error', () => {
    lost = true
  })
  return { isLost: () => lost }
}

/** Waits until everything written has left the process, at most five seconds. */
export function drain(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.errored) return Promise.resolve()
  return new Promise((resolve) => {
    const giveUp = setTimeout(resolve, 5000)
    stream.write('', () => {
      clearTimeout(giveUp)
      resolve()
    })
  })
}
