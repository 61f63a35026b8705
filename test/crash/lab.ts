import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labState } from '@safechaos/agent'
import { newRunId } from '@safechaos/engine'

const FAULTS: Readonly<Record<string, string>> = {
  'process.kill': '{ kind: process.kill, target: a }',
  'process.pause': '{ kind: process.pause, target: a }',
  'process.roulette': '{ kind: process.roulette, target: a, meanInterval: 200ms }',
  'net.partition': '{ kind: net.partition, between: [a, b] }',
  'net.loss': '{ kind: net.loss, between: [a, b], percent: 50 }',
  'cpu.burn': '{ kind: cpu.burn, target: a }',
}

/** Every fault of the lab's charters. */
export const FAULT_KINDS: readonly string[] = Object.keys(FAULTS)

/** Replicas of the lab's stack. */
export const SLEEPERS = 3

/** A lab whose services do nothing, so that a trial costs little; with a short lease. */
export interface CrashLab {
  readonly stateDir: string
  readonly environment: NodeJS.ProcessEnv
  readonly faults: readonly string[]
  charter(fault: string): string
  newRun(): string
  remove(): void
}

export function makeCrashLab(): CrashLab {
  const dir = mkdtempSync(join(tmpdir(), 'safechaos-crash-'))
  const environment = { ...process.env, XDG_STATE_HOME: join(dir, 'state') }
  process.env.XDG_STATE_HOME = environment.XDG_STATE_HOME
  mkdirSync(join(dir, 'lab/stacks'), { recursive: true })
  mkdirSync(join(dir, 'lab/charters'))
  writeFileSync(join(dir, 'lab/lab.yaml'), 'name: crash\n')
  writeFileSync(
    join(dir, 'lab/stacks/compose.yaml'),
    'services:\n  a:\n    command: [sh, -c, "exec sleep 600", safechaos-crash-sleeper]\n    deploy: { replicas: 2 }\n  b:\n    command: [sh, -c, "exec sleep 600", safechaos-crash-sleeper]\n',
  )
  for (const [kind, fault] of Object.entries(FAULTS)) {
    writeFileSync(
      join(dir, `lab/charters/${kind}.yaml`),
      `hypothesis: nothing is left\nload: { get: "http://a:1/", rate: 50/s, timeout: 200ms }\nfault: ${fault}\nramp: { steps: [100%], hold: 1s }\nlease: 1s\nabort: { errorRatio: { breach: "> 5%", window: 200ms, minRequests: 1 } }\n`,
    )
  }
  return {
    stateDir: labState(join(dir, 'lab')),
    environment,
    faults: FAULT_KINDS,
    charter: (fault) => join(dir, `lab/charters/${fault}.yaml`),
    newRun: newRunId,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
