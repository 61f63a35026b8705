import type { RunView } from '@safechaos/core'

/** What was broken and is not verified back yet, for the person who asks a second time. */
export function owedText(view: RunView): string {
  const owed = Object.values(view.acts).filter((act) => act.owed)
  if (owed.length === 0) return 'nothing is owed; the run is closing and writes its report'
  return `still being put back, and not to be stopped: ${owed.map(({ target, state }) => `${target} (${state})`).join(', ')}`
}
