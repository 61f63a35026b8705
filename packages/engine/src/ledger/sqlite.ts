import type * as nodeSqlite from 'node:sqlite'

type Sqlite = typeof nodeSqlite

let loaded: Sqlite | undefined

/** Loads `node:sqlite` when it is first needed. Node 22 warns that it is experimental, which would be the only line on the stderr of `--json`: that one warning is left out. */
export function sqlite(): Sqlite {
  if (loaded !== undefined) return loaded
  const warn = process.emitWarning
  if (process.versions.node.startsWith('22.')) {
    process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
      if (!String(warning).includes('SQLite is an experimental feature')) warn.call(process, warning, ...rest)
    }) as typeof process.emitWarning
  }
  try {
    loaded = process.getBuiltinModule('node:sqlite')
    return loaded
  } finally {
    process.emitWarning = warn
  }
}
