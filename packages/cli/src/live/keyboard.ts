import type { ReadStream } from 'node:tty'

const CTRL_C = '\u0003'

/** Reads single keys from a terminal until `stop`, which gives the terminal back as it was. Ctrl-C is `interrupt`: raw mode makes no signal of it. */
export function listenToKeys(input: ReadStream, on: Readonly<Record<string, () => void>>, interrupt: () => void): { readonly stop: () => void } {
  const heard = (data: Buffer): void => {
    for (const key of data.toString('utf8')) {
      if (key === CTRL_C) interrupt()
      else on[key]?.()
    }
  }
  const restore = (): void => void input.setRawMode(false)
  input.setRawMode(true)
  input.on('data', heard)
  input.resume()
  input.unref()
  process.once('exit', restore)
  return {
    stop: () => {
      input.off('data', heard)
      input.pause()
      restore()
      process.off('exit', restore)
    },
  }
}
