import type { ChildProcess } from 'node:child_process'
import { Lines, Throttle } from './lines.ts'

const LONGEST_LINE = 4096
const LINES_A_SECOND = 200

interface OutputListener {
  /** Every line. */
  seen(line: string): void
  /** As many as are kept; what is left out is said. */
  kept(stream: 'out' | 'err', line: string): void
}

/** Follows what a service prints, line by line, bounded in length. */
export function followOutput(child: ChildProcess, { seen, kept }: OutputListener): void {
  for (const stream of ['out', 'err'] as const) {
    const source = stream === 'out' ? child.stdout : child.stderr
    const throttle = new Throttle(LINES_A_SECOND)
    const lines = new Lines(LONGEST_LINE, (line) => {
      seen(line)
      const { pass, skipped } = throttle.admit(Date.now())
      if (skipped > 0) kept(stream, `(${skipped} lines left out: more than ${LINES_A_SECOND} in a second)`)
      if (pass) kept(stream, line)
    })
    source?.setEncoding('utf8')
    source?.on('data', (text: string) => lines.push(text))
    source?.once('end', () => lines.end())
    source?.on('error', () => undefined)
  }
}
