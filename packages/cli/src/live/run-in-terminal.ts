import { join, relative } from 'node:path'
import { type EarlyRun, runExperiment, type RunOptions, type RunResult } from '@safechaos/engine'
import type { ExitCode } from '@safechaos/core'
import type { Call } from '../call.ts'
import { listenToKeys } from './keyboard.ts'
import { owedText } from './owed-text.ts'
import { runScreen } from './run-screen.ts'
import { stopRequests } from './stop-requests.ts'
import { verdictLines } from './verdict-lines.ts'

/** A whole run in front of a person, a log or a program. The exit code is the verdict's. */
export async function runInTerminal(call: Call, options: RunOptions, early: EarlyRun): Promise<ExitCode> {
  const { output } = call
  const keys = output.live && process.stdin.isTTY
  const screen = runScreen(output, process.stdout, keys)
  const stop = stopRequests(
    () => screen.notice('aborting: everything is being put back'),
    () => screen.notice(owedText(screen.view)),
  )
  process.stdout.once('error', stop.unread)
  const keyboard = keys
    ? listenToKeys(process.stdin, { a: stop.ask, l: () => screen.key('logs'), '?': () => screen.key('help') }, stop.ask)
    : undefined
  try {
    const result = await runExperiment(
      options,
      { onRecord: screen.onRecord, onSample: screen.onSample, onLog: screen.onLog, onLease: screen.onLease, stop: stop.signal },
      early,
    )
    screen.end()
    tellEnd(call, result)
    return result.verdict.exit
  } finally {
    screen.end()
    keyboard?.stop()
    stop.release()
    process.stdout.off('error', stop.unread)
  }
}

/** One sentence, five lights, where the report is, and the next command to type. */
function tellEnd({ output, cwd }: Call, { run, runDir, verdict }: RunResult): void {
  const report = join(runDir, 'report.html')
  const next = verdict.exit === 5 ? 'safechaos recover' : `safechaos ${verdict.endedBy === 'stack' ? 'logs --run' : 'report'} ${run}`
  output.record({ run, verdict, exit: verdict.exit, runDir, report })
  output.say(['', ...verdictLines(verdict, output.paint, output.width), '', `report  ${relative(cwd, report)}`, `next    ${next}`].join('\n'))
}
