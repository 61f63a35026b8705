/** A relative path without detours; undefined if it leaves its folder, is absolute, or starts at a home folder. `.` is the folder itself. */
export function pathInside(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || path.startsWith('~') || path.includes('\0') || path.includes('\\')) return undefined
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.pop() === undefined) return undefined
  }
  return kept.length === 0 ? '.' : kept.join('/')
}
