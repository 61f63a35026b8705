import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { makeFolder } from '@safechaos/agent'
import { SafechaosError } from '@safechaos/core'
import type { Act, Call } from '../call.ts'
import { starterLab } from '../starter/starter-lab.ts'

/** Writes a small lab that runs. Overwrites nothing: if one of its files is there, it writes none. */
export const act: Act = async (call) => {
  const {
    arguments: [given = '.'],
    output,
    cwd,
  } = call
  const folder = resolve(cwd, given)
  const files = starterLab(await askName(call, nameFrom(basename(folder))))
  const there = files.filter(({ path }) => path !== '.gitignore' && existsSync(join(folder, path)))
  if (there.length > 0)
    throw new SafechaosError({
      code: 'SC_FILE',
      message: `nothing was written, since ${folder} has ${there.map(({ path }) => path).join(', ')} already`,
      hint: 'run what is there: safechaos run; or choose an empty folder: safechaos init FOLDER',
    })
  const written = files.filter(({ path }) => !existsSync(join(folder, path)))
  for (const { path, text } of written) write(join(folder, path), text)
  const charter = relative(cwd, join(folder, 'charters/web-kill.yaml'))
  output.give({ folder, files: written.map(({ path }) => path), next: `safechaos run ${charter}` })
  output.say(`A lab in ${folder}:\n${written.map(({ path }) => `  ${path}`).join('\n')}\n\nIt runs as it is. Next: safechaos run ${charter}`)
  return 0
}

async function askName({ options, output, environment }: Call, proposed: string): Promise<string> {
  if (options.yes === true || !output.live || !process.stdin.isTTY || environment.CI) return proposed
  const questions = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await questions.question(`Name of the lab (${proposed}): `)
    return answer.trim() === '' ? proposed : nameFrom(answer)
  } finally {
    questions.close()
  }
}

/** Small letters, digits and dashes. */
const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'lab'

function write(path: string, text: string): void {
  try {
    makeFolder(dirname(path), 0o777)
    writeFileSync(path, text, { flag: 'wx' })
  } catch (cause) {
    const { message } = (cause instanceof SafechaosError ? cause.cause : cause) as Error
    throw new SafechaosError(
      { code: 'SC_FILE', message: `${path} cannot be written: ${message}`, hint: 'choose a folder that you may write' },
      { cause },
    )
  }
}
