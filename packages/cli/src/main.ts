import { runCommandLine } from './command-line.ts'
import { drain, watchStandardOutput } from './output/standard-output.ts'

/** The program: one command line, then out, with nothing left open. */
async function main(): Promise<void> {
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

void main()
