/** Opens an enclosure in one way (first argument) whose service looks for a key of the session it was started from, and prints what it got, as JSON. */
import { chmodSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Wall } from '@safechaos/core'
import type { How } from '../../packages/containments/src/sandbox/how.ts'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { eventually } from '../support/outside.ts'
import { makeLab, service, stackOf } from '../support/stacks.ts'

export interface SessionKeys {
  readonly how: How
  /** `name: result` for each try, the number of an error or what was got. */
  readonly said: readonly string[]
  readonly wall: Wall | undefined
}

export const KEY = 'safechaos-test-key'
/** By processor: keyctl, add_key. */
export const CALLS: Readonly<Record<string, readonly [number, number]>> = { x64: [250, 248], arm64: [219, 217] }

const SERVICE = `
my ($keyctl, $name) = @ARGV;
my $type = "user";
my $key = syscall(0 + $keyctl, 10, -3, $type, $name, 0);
print "search: ", ($key < 0 ? 0 + $! : "found"), "\\n";
my $list = open(my $f, "<", "/proc/keys") ? join("", <$f>) : "";
print "list: ", ($list =~ /\\Q$name\\E/ ? "found" : "nothing"), "\\n";
print "vsock: ", (socket(my $s, 40, 1, 0) ? "made" : 0 + $!), "\\n";
print "inet: ", (socket(my $t, 2, 1, 0) ? "made" : 0 + $!), "\\n";
$| = 1; print "done\\n"; sleep 1000;
`

async function attempt(how: How): Promise<SessionKeys> {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-keys-'))
  chmodSync(folder, 0o755)
  const { labDir, stackDir } = makeLab(folder)
  const run = `keys-${process.pid}-${Date.now()}`
  const request = { run, labDir, workDir: join(folder, 'work'), deafAfterMs: 30_000, tapFd: undefined, logFd: openSync(join(folder, 'log'), 'a') }
  const enclosure = await launchSandbox(request, [how])
  try {
    const said: string[] = []
    enclosure.on((event) => {
      if (event.event === 'log') said.push(event.line)
    })
    const [keyctl] = CALLS[process.arch] ?? [0]
    await enclosure.prepare(stackOf(service('looker', { command: ['perl', '-e', SERVICE, String(keyctl), KEY] })), stackDir)
    await enclosure.start()
    await eventually(() => said.includes('done'), 6000)
    const walls = await enclosure.walls()
    return { how: enclosure.how, said, wall: walls.find(({ wall }) => wall === 'use keys of the session') }
  } finally {
    await enclosure.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] === 'unshare' ? 'unshare' : 'bubblewrap'))}\n`)
