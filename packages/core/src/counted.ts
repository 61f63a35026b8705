/** `1 worker`, `3 workers`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The verb behind a count. */
export const isOrAre = (count: number): string => (count === 1 ? 'is' : 'are')
export const wasOrWere = (count: number): string => (count === 1 ? 'was' : 'were')
