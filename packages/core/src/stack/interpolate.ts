import { shown } from '../charter/shown.ts'
import type { Findings, Path } from './findings.ts'

const LONGEST = 100_000
const VARIABLE = /\$(?:(\$)|\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))?/g
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^$]*))?$/

/**
 * Fills `${NAME}`, `${NAME:-default}` and `$NAME` in every text of a document; `$$` is a dollar sign. Variables come from the map alone,
 * never from the environment of whoever runs this.
 */
export function interpolate(value: unknown, variables: ReadonlyMap<string, string>, findings: Findings, path: Path = []): unknown {
  if (typeof value === 'string') return value.includes('$') ? fill(value, variables, findings, path) : value
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, variables, findings, [...path, index]))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, interpolate(member, variables, findings, [...path, key])]))
}

function fill(text: string, variables: ReadonlyMap<string, string>, findings: Findings, path: Path): string {
  const filled = text.replace(VARIABLE, (whole, dollar?: string, body?: string, bare?: string) => {
    if (dollar !== undefined) return '$'
    const parts = BODY.exec(body ?? bare ?? '')
    if (!parts) {
      findings.refuse(path, `${shown(whole)} in ${shown(text)} is not a variable`, 'write ${NAME} or ${NAME:-default}, and $$ for a dollar sign')
      return whole
    }
    const [, name = '', fallback] = parts
    const value = variables.get(name)
    const known = fallback === undefined ? value : value || fallback
    if (known === undefined)
      findings.refuse(
        path,
        `the variable ${name} is not set`,
        `set it in the lab's .env, or write \${${name}:-default}; the shell's environment is never read`,
      )
    return known ?? whole
  })
  if (filled.length <= LONGEST) return filled
  findings.refuse(path, `the text is longer than ${LONGEST} characters with its variables`)
  return ''
}
