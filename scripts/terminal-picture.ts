/**
 * Runs commands in a terminal of a given size (tmux), waits until the screen shows a text, and makes a picture of the screen (headless Chromium).
 *
 *   node scripts/terminal-picture.ts                        the pictures of the docs
 *   node scripts/terminal-picture.ts --out FILE.png [--columns 110] [--rows 24] [--until TEXT] [--keys KEYS] [--after MS] -- COMMAND
 *
 * `--keys` presses keys once the text is there, `--after` waits that many milliseconds more before the picture.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { ansiHtml } from './ansi-html.ts'

interface Picture {
  readonly out: string
  readonly columns: number
  readonly rows: number
  /** The picture is of the screen that shows this; undefined: of the first one. */
  readonly until: string | undefined
  readonly keys: string
  readonly afterMs: number
  readonly command: readonly string[]
}

const ROOT = join(import.meta.dirname, '..')
const safechaos = (...words: readonly string[]): string[] => [process.execPath, join(ROOT, 'packages/cli/bin/safechaos.js'), ...words]
const weak = safechaos('run', join(ROOT, 'examples/payments/charters/worker-kill-weak.yaml'))
const doc = (name: string): string => join(ROOT, 'docs/pictures', name)

const DOCS: readonly Picture[] = [
  { out: doc('doctor.png'), columns: 100, rows: 26, until: 'Next: safechaos', keys: '', afterMs: 0, command: safechaos('doctor') },
  { out: doc('verdict.png'), columns: 118, rows: 44, until: 'next    safechaos', keys: '', afterMs: 0, command: weak },
  // Last, since its run is stopped in the middle and then needs a moment to put everything back.
  { out: doc('live.png'), columns: 118, rows: 24, until: 'stage 2 of', keys: '', afterMs: 4000, command: weak },
]
const SECONDS = 120

/** Nobody in particular, whoever makes the pictures. */
const GIT_IDENTITY = [
  'GIT_CONFIG_COUNT=2',
  'GIT_CONFIG_KEY_0=user.name',
  'GIT_CONFIG_VALUE_0=Ada Example',
  'GIT_CONFIG_KEY_1=user.email',
  'GIT_CONFIG_VALUE_1=ada@example.org',
]

/** A server of its own, so that nobody else's sessions are touched. */
const socket = `safechaos-picture-${process.pid}`
const tmux = (...args: readonly string[]): string => {
  const ran = spawnSync('tmux', ['-L', socket, ...args], { encoding: 'utf8', timeout: 10_000 })
  if (ran.status !== 0) throw new Error(`tmux ${args[0]}: ${ran.error?.message ?? ran.stderr} (install it: apt-get install tmux)`)
  return ran.stdout
}

/** The screen of the command, with its colours. */
async function capture({ columns, rows, until, keys, afterMs, command }: Picture): Promise<string> {
  try {
    // The shell at the end keeps the last screen when the command has ended.
    tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      '--',
      'sh',
      '-c',
      '"$@"; sleep 60',
      'sh',
      'env',
      '-u',
      'CI',
      '-u',
      'NO_COLOR',
      ...GIT_IDENTITY,
      ...command,
    )
    const end = Date.now() + SECONDS * 1000
    for (let shown = until === undefined; !shown; shown = tmux('capture-pane', '-p').includes(until ?? '')) {
      if (Date.now() > end) throw new Error(`the screen did not show "${until}" within ${SECONDS} s:\n${tmux('capture-pane', '-p')}`)
      await sleep(100)
    }
    if (keys !== '') tmux('send-keys', '-l', keys)
    await sleep(afterMs)
    return tmux('capture-pane', '-p', '-e')
  } finally {
    // A command that still runs gets SIGHUP: a run puts everything back.
    spawnSync('tmux', ['-L', socket, 'kill-server'], { timeout: 10_000 })
  }
}

async function draw(screen: string, { out, columns }: Picture): Promise<void> {
  mkdirSync(dirname(out), { recursive: true })
  const profile = mkdtempSync(join(tmpdir(), 'safechaos-picture-'))
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args,
    deviceScaleFactor: 1.5,
    viewport: { width: 1400, height: 900 },
    timeout: 30_000,
  })
  try {
    const page = await browser.newPage()
    await page.setContent(ansiHtml(screen, columns))
    await page.locator('pre').screenshot({ path: out, timeout: 20_000 })
  } finally {
    await browser.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

function wanted(): readonly Picture[] {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      columns: { type: 'string', default: '100' },
      rows: { type: 'string', default: '24' },
      until: { type: 'string' },
      keys: { type: 'string', default: '' },
      after: { type: 'string', default: '0' },
    },
  })
  if (positionals.length === 0) return DOCS
  const { out, columns, rows, until, keys, after } = values
  if (out === undefined) throw new Error('--out FILE.png is missing')
  return [{ out, columns: Number(columns), rows: Number(rows), until, keys, afterMs: Number(after), command: positionals }]
}

for (const picture of wanted()) {
  await draw(await capture(picture), picture)
  console.log(picture.out)
}
