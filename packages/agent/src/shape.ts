/** The members of a JSON object; undefined for whatever else a file may hold. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined
}

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** `{ pid, start }`, as a process is written down. */
export function isProcessId(value: unknown): boolean {
  const id = membersOf(value)
  return isCount(id?.pid) && isText(id.start) && (id.table === undefined || isText(id.table))
}
