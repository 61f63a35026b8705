import { constants } from 'node:os'

/** How a child ended, in words; a wrapper's 128 + signal is read as that signal. */
export function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `ended by ${signal}`
  const name = code !== null && code > 128 ? Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] : undefined
  return name === undefined ? `exited with code ${code}` : `ended by ${name} (code ${code})`
}
