import { runCommandLine } from './command-line.ts'
import { drain, watchStandardOutput } from './output/standard-output.ts'

/** The program: one command line, then out, with nothing left open. */
async function main(): Promise<void> {
  endWithLauncher()
  const output = watchStandardOutput(process.stdout)
  const exit = await runCommandLine(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    cwd: process.cwd(),
  })
  await drain(process.stdout)
  process.exit(output.isLost() ? 3 : exit)
}

/** An old Node that started this one stays beside it; should it be killed, what a person has started is over, and ends in order. */
function endWithLauncher(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}

void main()
