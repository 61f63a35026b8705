import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'

const TIMEOUT_MS = 1000

/** Who runs this: `name <mail>` of Git's configuration in a folder, as far as it has them; else the name of the operating system's user. */
export async function ownerOf(folder: string): Promise<string> {
  const settings = await gitSettings(folder)
  const name = settings.get('user.name')
  const mail = settings.get('user.email')
  if (name !== undefined) return mail === undefined ? name : `${name} <${mail}>`
  return mail ?? systemUser()
}

/** Git may be missing, slow or broken; then nothing is known. */
function gitSettings(folder: string): Promise<Map<string, string>> {
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const
    execFile('git', ['config', '--null', '--get-regexp', '^user\\.(name|email)$'], options, (_, stdout) => {
      const pairs = stdout.split('\0').flatMap((entry): [string, string][] => {
        const end = entry.indexOf('\n')
        const value = printable(entry.slice(end + 1))
        return end < 0 || value === '' ? [] : [[entry.slice(0, end), value]]
      })
      resolve(new Map(pairs))
    })
  })
}

/** At most 90 visible characters: the owner becomes part of digests and reports. */
const printable = (text: string): string =>
  text
    .replace(/[\p{C}\u2028\u2029]/gu, '')
    .trim()
    .slice(0, 90)

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}
