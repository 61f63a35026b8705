import { readFileSync } from 'node:fs'

export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()

/** Field 22 of this process's stat. */
export function ownStart(): string {
  const text = readFileSync('/proc/self/stat', 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
