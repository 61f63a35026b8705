import type { ChildProcess } from 'node:child_process'
import { Lines, Throttle } from './lines.ts'

const LONGEST_LINE = 4096
const LINES_A_SECOND = 200

/** Gives on what a service prints, line by line, bounded in length and rate; what is left out is said. */
export function followOutput(child: ChildProcess, each: (stream: 'out' | 'err', line: string) => void): void {
  for (const stream of ['out', 'err'] as const) {
    const source = stream === 'out' ? child.stdout : child.stderr
    const throttle = new Throttle(LINES_A_SECOND)
    const lines = new Lines(LONGEST_LINE, (line) => {
      const { pass, skipped } = throttle.admit(Date.now())
      if (skipped > 0) each(stream, `(${skipped} lines left out: more than ${LINES_A_SECOND} in a second)`)
      if (pass) each(stream, line)
    })
    source?.setEncoding('utf8')
    source?.on('data', (text: string) => lines.push(text))
    source?.once('end', () => lines.end())
    source?.on('error', () => undefined)
  }
}
