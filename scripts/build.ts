/**
 * Makes the bundles if they were not made from the sources that are here now. Several builders at once do not break each other, nor a program
 * that runs from the bundles: each file appears whole, chunks (named by their content) before the entries that name them, and old chunks stay ten minutes.
 */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { DIST, ROOT, fingerprint, isStale } = createRequire(import.meta.url)('../packages/cli/bin/checkout.js') as {
  readonly DIST: string
  readonly ROOT: string
  readonly fingerprint: () => string
  readonly isStale: () => boolean
}
const LOCK = join(DIST, 'building')
const BUILD_MS = 60_000
const OLD_MS = 10 * 60_000

/** Makes the bundles if they are stale; a second builder waits for the first. Throws what the bundler said. */
export function buildIfStale(): void {
  if (!isStale()) return
  mkdirSync(DIST, { recursive: true })
  const end = Date.now() + BUILD_MS
  while (!takeLock()) {
    if (Date.now() > end) throw new Error(`another build holds ${LOCK} for more than ${BUILD_MS / 1000} s`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
  try {
    if (isStale()) bundle()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

/** The lock of a builder that is gone is nobody's. */
function takeLock(): boolean {
  try {
    const file = openSync(LOCK, 'wx')
    writeFileSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  try {
    const age = Date.now() - statSync(LOCK).mtimeMs
    const holder = Number(readFileSync(LOCK, 'utf8'))
    if (age > BUILD_MS || (age > 1000 && !existsSync(`/proc/${holder}`))) rmSync(LOCK, { force: true })
  } catch {
    // It was let go between two looks.
  }
  return false
}

function bundle(): void {
  const madeFrom = fingerprint()
  const folder = join(DIST, `new-${process.pid}`)
  rmSync(folder, { recursive: true, force: true })
  const tsdown = join(ROOT, 'node_modules', 'tsdown', 'dist', 'run.mjs')
  const made = spawnSync(process.execPath, [tsdown, '--out-dir', folder, '--log-level', 'error'], { cwd: ROOT, encoding: 'utf8', timeout: BUILD_MS })
  try {
    if (made.status !== 0) throw new Error(`${made.stdout ?? ''}${made.stderr ?? ''}${made.error?.message ?? ''}`)
    moveIn(folder)
    writeFileSync(join(folder, 'made-from'), madeFrom)
    renameSync(join(folder, 'made-from'), join(DIST, 'made-from'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function moveIn(folder: string): void {
  const now = new Date()
  const files = readdirSync(folder).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))
  for (const file of files) {
    utimesSync(join(folder, file), now, now)
    renameSync(join(folder, file), join(DIST, file))
  }
  for (const file of readdirSync(DIST)) {
    const path = join(DIST, file)
    const age = now.getTime() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime())
    if (!files.includes(file) && file !== 'made-from' && path !== LOCK && path !== folder && age > OLD_MS)
      rmSync(path, { recursive: true, force: true })
  }
}

const isEntry = (file: string): boolean => /^[a-z]+\.cjs$/.test(file)

if (process.argv[1] === import.meta.filename) {
  try {
    if (process.argv.includes('--force')) rmSync(join(DIST, 'made-from'), { force: true })
    buildIfStale()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
