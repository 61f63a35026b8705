import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, runFolder } from '@safechaos/agent'
import { messageOf } from '@safechaos/core'
import type { Head } from '../ledger/chain.ts'

const fileOf = (stateDir: string, run: string): string => join(runFolder(stateDir, run).folder, 'sealed.json')

/** Keeps the end of a run's ledger outside of the lab, so that whoever rewrites the whole run folder is found out on this machine. Never throws: it is one proof more. */
export function keepHead(stateDir: string, run: string, head: Head): void {
  try {
    writeFileSync(fileOf(stateDir, run), `${JSON.stringify(head)}\n`, { flush: true })
  } catch (error) {
    console.error(`the end of the ledger could not be kept in the state folder: ${messageOf(error)}`)
  }
}

/** The end of a run's ledger as this machine knows it; undefined if it does not. */
export const keptHead = (stateDir: string, run: string): Head | undefined => readJson<Head>(fileOf(stateDir, run))
