/** `0:41`, `12:05`: minutes and seconds. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** `1 worker`, `3 workers`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The instant for people, in the machine's own zone. */
export const timeText = (at: number): string => new Date(at).toLocaleTimeString('en-GB', { hour12: false })
