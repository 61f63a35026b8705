import { accessSync } from 'node:fs'

const SETPRIV = '/usr/bin/setpriv'

/** The words before a command that make the kernel send it this signal when its parent dies; none where that tool is not. `more`: what else it is to do. */
export function endWithParent(signal: 'TERM' | 'KILL', ...more: readonly string[]): readonly string[] {
  try {
    accessSync(SETPRIV)
    return [SETPRIV, '--pdeathsig', signal, ...more, '--']
  } catch {
    return []
  }
}
