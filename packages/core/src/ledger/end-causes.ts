/** Why a run ended, in the order of rank for the one that is named when several come in the same millisecond. The first in time wins. */
export const END_CAUSES = [
  'completed',
  'gate-breach',
  'gate-unknown',
  'guard-breach',
  'operator',
  'limit',
  'lease-lost',
  'controller-lost',
  'agent-lost',
  'ledger-lost',
  'stack',
  'preflight',
  'inject-failed',
  'starved',
  'error',
] as const
export type EndCause = (typeof END_CAUSES)[number]
