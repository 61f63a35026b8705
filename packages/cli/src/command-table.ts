import type { Act } from './call.ts'

/** What a shell can offer for an argument. */
export type Completes = 'charter' | 'run' | 'folder' | 'shell' | 'file' | 'service'

export interface CommandEntry {
  readonly name: string
  /** Commands of one group stand together in the help. */
  readonly group: 'Start' | 'Prepare' | 'Run' | 'Learn' | 'Stack' | 'Shell'
  readonly summary: string
  readonly arguments: readonly { readonly syntax: string; readonly about: string; readonly completes: Completes }[]
  readonly options: readonly { readonly flags: string; readonly about: string }[]
  /** Loaded only when it is called. */
  readonly load: () => Promise<{ readonly act: Act }>
}

const CHARTER = { syntax: '[charter]', about: 'the charter; without it, the only one in charters/', completes: 'charter' } as const
const RUN = { syntax: '[run]', about: 'a run by its id, by the beginning of its id, or `last`', completes: 'run' } as const
const CONTAINMENT = { flags: '--containment <name>', about: 'isolate by this: sandbox or process' } as const

/** Every command there is. A new one: its file in `commands/`, and its entry here. Help and shell completion are drawn from this table. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    group: 'Start',
    summary: 'write a small lab that runs',
    arguments: [{ syntax: '[folder]', about: 'where; without it, here', completes: 'folder' }],
    options: [{ flags: '-y, --yes', about: 'ask nothing, take the defaults' }],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'doctor',
    group: 'Start',
    summary: 'try each containment, fault and tool here, and say what to install',
    arguments: [],
    options: [],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'check',
    group: 'Prepare',
    summary: 'read a charter and everything it names',
    arguments: [CHARTER],
    options: [{ flags: '--expand', about: 'print the charter in full, with every default' }],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'plan',
    group: 'Prepare',
    summary: 'show exactly what a run would do, to whom, when, and how long it can last at worst',
    arguments: [CHARTER],
    options: [CONTAINMENT],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'policy explain',
    group: 'Prepare',
    summary: 'show the cell of the matrix that decides, and the smallest change that would pass',
    arguments: [CHARTER],
    options: [CONTAINMENT],
    load: () => import('./commands/policy-explain.ts'),
  },
  {
    name: 'run',
    group: 'Run',
    summary: 'run the experiment, and put everything back',
    arguments: [CHARTER],
    options: [CONTAINMENT, { flags: '--dry-run', about: 'show the plan, touch nothing' }],
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'status',
    group: 'Run',
    summary: 'what runs now, what ran, and what is still owed',
    arguments: [],
    options: [],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'watch',
    group: 'Run',
    summary: 'look on at a run from another terminal',
    arguments: [RUN],
    options: [],
    load: () => import('./commands/watch.ts'),
  },
  {
    name: 'abort',
    group: 'Run',
    summary: 'stop a run now and put everything back; never asks',
    arguments: [RUN],
    options: [],
    load: () => import('./commands/abort.ts'),
  },
  {
    name: 'recover',
    group: 'Run',
    summary: 'undo whatever earlier runs still owe',
    arguments: [],
    options: [],
    load: () => import('./commands/recover.ts'),
  },
  {
    name: 'report',
    group: 'Learn',
    summary: 'what a run found',
    arguments: [RUN],
    options: [
      { flags: '--md', about: 'the postmortem, in Markdown' },
      { flags: '--html', about: 'the path of the HTML report' },
    ],
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'compare',
    group: 'Learn',
    summary: 'two runs side by side, over the same seconds after injection',
    arguments: [
      { syntax: '<run>', about: 'the run before', completes: 'run' },
      { syntax: '<other>', about: 'the run after', completes: 'run' },
    ],
    options: [],
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'verify',
    group: 'Learn',
    summary: "check the chain of a run's ledger",
    arguments: [RUN],
    options: [],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'up',
    group: 'Stack',
    summary: 'start a stack in an enclosure and leave it running',
    arguments: [{ syntax: '[stack]', about: 'its Compose file; without it, the only one in stacks/', completes: 'file' }],
    options: [CONTAINMENT],
    load: () => import('./commands/up.ts'),
  },
  { name: 'ps', group: 'Stack', summary: 'the services of a running enclosure', arguments: [], options: [], load: () => import('./commands/ps.ts') },
  {
    name: 'logs',
    group: 'Stack',
    summary: 'what the services wrote',
    arguments: [{ syntax: '[service]', about: 'only this service', completes: 'service' }],
    options: [
      { flags: '-f, --follow', about: 'go on as more is written' },
      { flags: '--run <run>', about: 'of this run instead of the running enclosure' },
    ],
    load: () => import('./commands/logs.ts'),
  },
  { name: 'down', group: 'Stack', summary: 'end what `up` started', arguments: [], options: [], load: () => import('./commands/down.ts') },
  {
    name: 'completion',
    group: 'Shell',
    summary: 'print a completion script for a shell',
    arguments: [{ syntax: '<shell>', about: 'bash, zsh or fish', completes: 'shell' }],
    options: [],
    load: () => import('./commands/completion.ts'),
  },
]
