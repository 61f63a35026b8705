import type { Member } from '@safechaos/agent'
import { counted } from '@safechaos/core'
import type { Paint } from './output.ts'
import { tableText } from './table.ts'

/** One line per replica. */
export function membersText(members: readonly Pick<Member, 'id' | 'state' | 'restarts' | 'address'>[], paint: Paint): string {
  if (members.length === 0) return 'no services'
  const good = (state: Member['state']): boolean => state === 'up' || state === 'healthy'
  return tableText(
    members.map(({ id, state, restarts, address }) => [
      id,
      good(state) ? paint.green(`✓ ${state}`) : paint.yellow(`! ${state}`),
      address,
      restarts === 0 ? '' : counted(restarts, 'restart'),
    ]),
  )
}
