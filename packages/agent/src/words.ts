import { Socket } from 'node:net'
import type { Word } from './protocol.ts'

/** Beyond this backlog the services' log lines are left out: a controller that hangs must cost neither memory nor time. */
const BACKLOG_BYTES = 4 * 1024 * 1024

/**
 * Says words on a descriptor. Never blocks (Node's own standard output would, on a pipe that nobody reads) and never fails: a controller
 * that is gone is noticed by the end of the asks.
 */
export function sayOn(fd: number): (word: Word) => void {
  const out = new Socket({ fd, readable: false, writable: true })
  out.on('error', () => out.destroy())
  return (word) => {
    if (out.destroyed) return
    if (out.writableLength > BACKLOG_BYTES && 'word' in word && word.word === 'enclosure' && word.event.event === 'log') return
    out.write(`${JSON.stringify(word)}\n`)
  }
}

/** Calls `line` for each whole line and `end` once, when the input has ended or failed. A line beyond 16 MiB counts as failed input. */
export function readLines(input: NodeJS.ReadableStream, line: (text: string) => void, end: () => void): void {
  let rest = ''
  let ended = false
  const finish = (): void => {
    if (ended) return
    ended = true
    end()
  }
  input.setEncoding('utf8')
  input.on('data', (chunk: string) => {
    if (ended) return
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) if (text !== '') line(text)
    if (rest.length > 16 * 1024 * 1024) finish()
  })
  input.on('end', finish)
  input.on('error', finish)
  input.on('close', finish)
}
