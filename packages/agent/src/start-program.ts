import type { Containment } from '@safechaos/containments'
import { messageOf, problemsOf } from '@safechaos/core'
import { closeInherited } from './inherited-files.ts'
import { runAgent } from './program.ts'
import { type AgentArguments, type AskMessage, START } from './protocol.ts'
import { readLines, sayOn } from './words.ts'

/** Standard input, output and error, and the tap: what the controller gives an agent. */
const TAP = 3

/** Runs the agent; one that cannot even start says why to whatever it is asked, until its input ends. */
export function startProgram(text: string | undefined, containments: readonly Containment[], reaperProgram?: () => string): void {
  try {
    closeInherited(TAP)
    runAgent(JSON.parse(text ?? '') as AgentArguments, containments, reaperProgram)
  } catch (error) {
    console.error(messageOf(error))
    refuse(error)
  }
}

function refuse(error: unknown): void {
  const say = sayOn(1)
  const problems = problemsOf(error, 'SC_AGENT')
  say({ re: START, ok: false, problems })
  readLines(
    process.stdin,
    (line) => say({ re: (JSON.parse(line) as AskMessage).id, ok: false, problems }),
    () => process.exit(1),
  )
}
