import type { Act } from './call.ts'

/** What a shell can offer for an argument. */
export type Completes = 'charter' | 'run' | 'folder' | 'shell' | 'file' | 'service'

/** A command as help, completion and the reader of command lines know it. */
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
