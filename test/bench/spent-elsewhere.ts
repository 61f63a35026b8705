import { readFileSync } from 'node:fs'

/** Begins to watch how much of this machine's time its host gives to others; call the answer for the percentage since then, as text. */
export function spentElsewhere(): () => string {
  const before = look()
  return () => {
    const now = look()
    return ((100 * (now.steal - before.steal)) / Math.max(1, now.all - before.all)).toFixed(1)
  }
}

function look(): { readonly steal: number; readonly all: number } {
  const [, ...ticks] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]?.split(' ').map(Number) ?? []
  return { steal: ticks[6] ?? 0, all: ticks.reduce((sum, tick) => sum + tick, 0) }
}
