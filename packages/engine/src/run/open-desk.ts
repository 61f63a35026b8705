import { hostname, release, userInfo } from 'node:os'
import { abortRun } from '@safechaos/agent'
import type { EnclosureEvent } from '@safechaos/agent'
import { messageOf } from '@safechaos/core'
import { openRunFolder } from '../evidence/run-folder.ts'
import { openLedger } from '../ledger/ledger.ts'
import { tapReader } from '../signals/tap-reader.ts'
import { systemClock } from './clock.ts'
import { Desk, type RunHooks } from './desk.ts'
import type { EarlyRun } from './early.ts'
import { GateWatch } from './gate-watch.ts'
import type { Prepared } from './prepare.ts'
import { VERSION } from './version.ts'

/** Where a run's evidence is. */
export interface RunPlace {
  readonly run: string
  readonly runDir: string
}

export interface OpenDesk {
  readonly desk: Desk
  readonly place: RunPlace
  readonly watch: GateWatch
}

/** Opens the record of a run (no durable record, no start) and connects it with what agent, tap and caller say. Throws SC_LEDGER. */
export function openDesk(early: EarlyRun, prepared: Prepared, hooks: RunHooks): OpenDesk {
  const { run, link, labDir } = early
  const { planned } = prepared
  const folder = openRunFolder(labDir, run)
  const ledger = openLedger(folder.path('ledger.db'))
  const desk = new Desk({ run, stateDir: early.stateDir, clock: systemClock, ledger, folder, link, hooks })
  folder.write('charter.yaml', prepared.charterBytes.toString('utf8'))
  folder.write('plan.json', `${JSON.stringify(planned, undefined, 2)}\n`)
  desk.note({
    kind: 'begun',
    run,
    by: `${userInfo().username}@${hostname()}`,
    host: `${process.platform} ${release()}`,
    versions: { safechaos: VERSION, node: process.versions.node },
  })
  desk.note({ kind: 'plan', planned })
  desk.note({ kind: 'policy', effect: prepared.decision.effect, why: prepared.decision.why })
  const watch = new GateWatch(planned.plan, {
    clock: systemClock,
    ending: desk.ending,
    tell: (state) => desk.note({ kind: 'gate', state }),
    renew: async (newest) => {
      await link.ask({ ask: 'renew', newest })
      hooks.onLease?.(Date.now() + planned.plan.lease.ms)
    },
  })
  listen(desk, watch)
  return { desk, place: { run, runDir: folder.dir }, watch }
}

function listen(desk: Desk, watch: GateWatch): void {
  const { link, folder, hooks } = desk.ports
  tapReader(link.tapStream, {
    onSample: (sample) => {
      folder.samples.append(sample)
      watch.feed(sample)
      hooks.onSample?.(sample)
    },
    onMalformed: (detail) => desk.note({ kind: 'late', what: detail }),
    onEnd: () => {},
  })
  link.onWord((word) => {
    if (!('word' in word)) return
    switch (word.word) {
      case 'act':
        return desk.record({ kind: 'act', act: word.act, agentSeq: word.seq, agentHead: word.head })
      case 'ending':
      case 'also':
        return desk.ending.because(word.cause, word.detail)
      case 'enclosure':
        return hearEnclosure(desk, word.event)
      case 'ready':
      case 'reverted':
        return
      default:
        throw new Error(`unhandled word: ${JSON.stringify(word satisfies never)}`)
    }
  })
  link.onGone((detail) => desk.ending.because('agent-lost', detail))
  const { stop } = hooks
  // A person may have stopped it while its charter was still read.
  if (stop?.aborted === true) stopNow(desk, stop)
  else stop?.addEventListener('abort', () => stopNow(desk, stop), { once: true })
}

/** The agent is told by file too, so that the fault ends even if this process is too busy to ask. */
function stopNow(desk: Desk, { reason }: AbortSignal): void {
  try {
    abortRun(desk.ports.stateDir, desk.ports.run)
  } catch (error) {
    desk.note({ kind: 'late', what: `the abort file could not be written: ${messageOf(error)}` })
  } finally {
    desk.ending.because('operator', typeof reason === 'string' ? reason : 'stopped by a person at the terminal')
    desk.tell()
  }
}

function hearEnclosure(desk: Desk, event: EnclosureEvent): void {
  switch (event.event) {
    case 'service':
      return desk.note({ kind: 'service', service: event.service, state: event.state, detail: event.detail })
    case 'log': {
      const { at, service, stream, line } = event
      desk.ports.folder.logs.append({ at, service, stream, line })
      return desk.ports.hooks.onLog?.({ at, service, stream, line })
    }
    case 'self-undone':
      return desk.ending.because('lease-lost', `the enclosure heard nothing for too long and undid ${event.acts.join(', ')} by itself`)
    case 'ended':
      return desk.ending.because('error', `the enclosure ended and nobody asked for it: ${event.detail}`)
    default:
      throw new Error(`unhandled event: ${JSON.stringify(event satisfies never)}`)
  }
}
