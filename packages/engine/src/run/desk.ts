import type { AgentLink } from '@safechaos/agent'
import type { Body, EndCause, ErrorCode, LedgerRecord, LogLine, Sample, Stage } from '@safechaos/core'
import { messageOf, SafechaosError } from '@safechaos/core'
import type { RunFolder } from '../evidence/run-folder.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from './clock.ts'
import { Ending } from './ending.ts'

/** What a caller of a run may listen to, and how it stops the run. None of it may throw. */
export interface RunHooks {
  readonly onRecord?: (record: LedgerRecord) => void
  readonly onSample?: (sample: Sample) => void
  readonly onLog?: (line: LogLine) => void
  /** The lease was prolonged until this epoch instant. */
  readonly onLease?: (until: number) => void
  /** Aborting it ends the run as a person would; a reason that is a text is told as the reason. */
  readonly stop?: AbortSignal
}

export interface DeskPorts {
  readonly run: string
  readonly stateDir: string
  readonly clock: Clock
  readonly ledger: Ledger
  readonly folder: RunFolder
  readonly link: AgentLink
  readonly hooks: RunHooks
}

/** What judging, reporting and closing a record need: of a run that goes on, and of one whose controller died. */
export type RecordDesk = Pick<Desk, 'records' | 'record' | 'note' | 'isTold' | 'reported'> & {
  readonly ports: Pick<DeskPorts, 'run' | 'stateDir' | 'ledger' | 'folder'>
}

/** Before these act it is durable that they were entered. What only decides needs no disk, and what puts back waits for none. */
const ACTING: ReadonlySet<Stage> = new Set(['open', 'preflight', 'ramp'])
/** Stages that a run enters however it ended before. */
const ALWAYS: ReadonlySet<Stage> = new Set(['revert', 'verify', 'close', 'judge', 'report', 'learn'])

/** Where one run keeps its records and its reason to end. Every view of the run is a fold over what is recorded here. */
export class Desk {
  readonly ports: DeskPorts
  readonly ending: Ending
  readonly records: LedgerRecord[] = []
  /** How many records the reports tell; 0 while there are none. */
  reported = 0
  #telling = false

  constructor(ports: DeskPorts) {
    this.ports = ports
    this.ending = new Ending((cause, detail, first) => this.note({ kind: 'end-cause', cause, detail, first }))
  }

  get link(): AgentLink {
    return this.ports.link
  }

  get clock(): Clock {
    return this.ports.clock
  }

  /** True once somebody has heard of this run. */
  get isTold(): boolean {
    return this.#telling
  }

  /** From now on whoever listens hears every record, those so far at once: until its walls stand a run may have to begin anew in another containment. */
  tell(): void {
    if (this.#telling) return
    this.#telling = true
    for (const record of [...this.records]) this.ports.hooks.onRecord?.(record)
  }

  /** Durable when it returns. A ledger that cannot be written ends the run, and never stops what ends it: the record is written late. */
  record(body: Body): void {
    this.#keep(this.ports.ledger.append(body))
  }

  /** Durable within some 20 ms; for what no act waits for. */
  note(body: Body): void {
    this.#keep(this.ports.ledger.appendSoon(body))
  }

  /** Enters a stage of the way; skips it if the run has ended before and the stage belongs to the way there. A failure is a cause to end, never lost. */
  async stage(stage: Stage, act: () => Promise<string | undefined>): Promise<void> {
    if (this.ending.cause !== undefined && !ALWAYS.has(stage)) return
    const entered = { kind: 'stage', stage, state: 'entered', detail: '' } as const
    if (ACTING.has(stage)) this.record(entered)
    else this.note(entered)
    if (this.ending.cause === 'ledger-lost' && ACTING.has(stage)) return
    try {
      const detail = await act()
      this.note({ kind: 'stage', stage, state: 'done', detail: detail ?? '' })
    } catch (error) {
      const detail = whyOf(error)
      this.note({ kind: 'stage', stage, state: 'failed', detail })
      if (!isRefusalOfTheEnded(error) || this.ending.cause === undefined) this.ending.because(causeOf(error), detail)
    }
  }

  #keep(record: LedgerRecord): void {
    this.records.push(record)
    if (this.#telling) this.ports.hooks.onRecord?.(record)
    const { failure } = this.ports.ledger
    if (failure !== undefined && this.ending.cause === undefined) this.ending.because('ledger-lost', failure.message)
  }
}

/** What an agent that has ended the run answers; why it did, it has said before. */
const isRefusalOfTheEnded = (error: unknown): boolean => error instanceof SafechaosError && error.code === 'SC_ENDED'

/** What went wrong and, where that is known of this very case, what to do. */
function whyOf(error: unknown): string {
  const hint = error instanceof SafechaosError ? error.problems[0].hint : undefined
  return hint === undefined ? messageOf(error) : `${messageOf(error)}; ${hint}`
}

/** Codes with a cause of their own; all else is an error of the lab. */
const CAUSE_OF_CODE: Readonly<Partial<Record<ErrorCode, EndCause>>> = { SC_STACK: 'stack', SC_PREFLIGHT: 'preflight', SC_AGENT: 'agent-lost' }

const causeOf = (error: unknown): EndCause => (error instanceof SafechaosError ? CAUSE_OF_CODE[error.code] : undefined) ?? 'error'
