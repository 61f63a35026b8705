import { problemsOf } from '@safechaos/core'
import type { Answers, Ask, AskMessage, Word } from './protocol.ts'
import type { Session } from './session.ts'

type Handlers = { readonly [A in Ask['ask']]: (session: Session, ask: Extract<Ask, { ask: A }>) => Promise<Answers[A]> }

/** What each ask does. Several may run at once: a renewal does not wait for an injection, and a revert waits for nothing. */
const HANDLERS: Handlers = {
  prepare: async (session, { stack, stackDir }) => {
    await session.prepare(stack, stackDir)
    return {}
  },
  open: (session, ask) => session.open(ask),
  tap: async (session, { config }) => {
    await session.enclosure.tap(config)
    return {}
  },
  members: async (session) => ({ members: await session.enclosure.members() }),
  walls: async (session) => ({ walls: await session.enclosure.walls() }),
  preflight: async (session) => ({ lines: await session.run.preflight() }),
  inject: (session, { stage }) => session.inject(stage),
  renew: (session, { newest }) => session.run.renew(newest),
  landed: async (session) => ({ seen: await session.run.landed() }),
  revert: (session, { cause }) => session.end(cause, 'the controller asked for it', true),
  snapshot: async (session) => ({ detail: await session.enclosure.snapshot() }),
  restore: async (session) => ({ detail: await session.enclosure.restore() }),
  files: async (session) => ({ changed: await session.changedFiles() }),
  residue: async (session) => ({ residue: await session.residue() }),
  close: async (session) => ({ residue: await session.close() }),
}

/** Answers one line of the controller. Never throws: what goes wrong is the answer. */
export async function answer(session: Session, line: string, say: (word: Word) => void): Promise<void> {
  let ask: AskMessage
  try {
    ask = JSON.parse(line) as AskMessage
  } catch {
    return
  }
  try {
    const handle = HANDLERS[ask.ask] as (session: Session, ask: Ask) => Promise<Answers[Ask['ask']]>
    say({ re: ask.id, ok: true, answer: await handle(session, ask) })
  } catch (error) {
    say({ re: ask.id, ok: false, problems: problemsOf(error, 'SC_AGENT') })
  }
}
