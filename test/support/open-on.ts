import type { AgentLink, Answers } from '@safechaos/agent'
import type { DigestedPlan, Stack } from '@safechaos/core'

/** Hands a stack over and opens it, one after the other. */
export async function openOn(
  link: AgentLink,
  { planned, stack, stackDir }: { readonly planned: DigestedPlan | undefined; readonly stack: Stack; readonly stackDir: string },
): Promise<Answers['open']> {
  await link.ask({ ask: 'prepare', stack, stackDir })
  return link.ask({ ask: 'open', planned })
}
