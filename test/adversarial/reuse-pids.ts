/** Runs as root of a PID namespace of its own: lets strangers take over the pids of dead targets and strikes at the targets. Prints what happened, as JSON. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Grip } from '../../packages/containments/src/init/grip.ts'
import { statOf } from '../../packages/containments/src/init/proc.ts'
import { strike } from '../../packages/containments/src/init/signal-step.ts'

const rounds = Number(process.argv[2])
const start = (): ChildProcess => spawn('sleep', ['100'], { stdio: 'ignore' })

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

let reused = 0
let hit = 0
let missed = 0
for (let round = 0; round < rounds; round += 1) {
  const target = start()
  const pid = target.pid ?? 0
  const grip = Grip.on(pid)
  if (grip === undefined) throw new Error('the target is not there')
  await end(target)
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1))
  const stranger = start()
  if (stranger.pid === pid) reused += 1
  const signal = (['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const)[round % 3] ?? 'SIGKILL'
  const outcome = await strike(grip, signal, true)
  if (outcome === 'hit') missed += 1
  const state = statOf(stranger.pid ?? 0)?.state
  if (stranger.exitCode !== null || stranger.signalCode !== null || state === 'T' || state === 'Z' || state === undefined) hit += 1
  grip.release()
  await end(stranger)
}
process.stdout.write(JSON.stringify({ rounds, reused, strangersHit: hit, wronglyClaimed: missed }))
