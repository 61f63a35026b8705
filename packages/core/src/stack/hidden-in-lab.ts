/**
 * What of a lab's own folder no service sees: secrets, evidence, and what people write about experiments. The digest of a stack covers all
 * the rest of the lab, since all the rest could run; these may change without changing what runs.
 */
export const HIDDEN_IN_LAB = ['.git', '.safechaos', '.env', 'approvals', 'charters', 'runbooks'] as const
