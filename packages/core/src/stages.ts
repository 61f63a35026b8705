/** The way of a run, once. Progress, record kinds, stepper and docs are drawn from this list. */
export const STAGES = [
  'charter',
  'check',
  'plan',
  'policy',
  'approvals',
  'open',
  'preflight',
  'baseline',
  'ramp',
  'revert',
  'verify',
  'close',
  'judge',
  'report',
  'learn',
] as const
export type Stage = (typeof STAGES)[number]

/** What each stage does, for people. */
export const STAGE_SENTENCE = {
  charter: 'read the charter',
  check: 'check every field and file it names',
  plan: 'resolve targets, steps, instants and the worst case',
  policy: 'ask the blast-radius matrix',
  approvals: 'count the signed approvals (none is asked for yet)',
  open: 'open an isolated copy of the stack',
  preflight: 'prove inside it that walls hold, undo works and gates can fail',
  baseline: 'measure the system before anything is broken',
  ramp: 'inject, hold and watch, one stage after the other',
  revert: 'take every fault back',
  verify: 'look at the world: is it back?',
  close: 'close the isolated copy and look again from outside',
  judge: 'give the five judgements',
  report: 'write the evidence down for people',
  learn: 'leave a postmortem and the next question',
} as const satisfies Record<Stage, string>
