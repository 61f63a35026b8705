/**
 * Pictures of a report for the docs, by a headless Chromium that reaches no network:
 *
 *   node scripts/screenshots.ts [report.html] [folder]
 *
 * Without a report it makes one: a real run of the weak payments example, in a copy whose Git identity is nobody's. Writes `report.png`,
 * `report-dark.png`, `report-narrow.png` and `report-clock.png` to `docs/pictures/`. CHROMIUM names another browser than /usr/bin/chromium.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '..')
const WITHIN_MS = 30_000
const RUN_WITHIN_MS = 120_000
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Picture {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
  /** What is taken; what a window of that size shows first if undefined. */
  readonly part?: string
  readonly prepare?: (page: Page) => Promise<void>
}

const PICTURES: readonly Picture[] = [
  { name: 'report', width: 1280, height: 1100, scheme: 'light' },
  { name: 'report-dark', width: 1280, height: 1100, scheme: 'dark' },
  { name: 'report-narrow', width: 400, height: 900, scheme: 'light' },
  { name: 'report-clock', width: 1280, scheme: 'light', part: '#clock', height: 1700, prepare: moveCursor },
]

/** Puts the cursor into the fault, so that the picture shows values. */
async function moveCursor(page: Page): Promise<void> {
  await page.locator('#clock').scrollIntoViewIfNeeded({ timeout: WITHIN_MS })
  const box = await page.locator('#clock .row.plot .area').first().boundingBox()
  if (box !== null) await page.mouse.move(box.x + box.width * 0.62, box.y + box.height / 2)
}

async function take(browser: Browser, url: string, folder: string, { name, width, height, scheme, part, prepare }: Picture): Promise<string> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, offline: true })
  const page = await context.newPage()
  await page.goto(url, { timeout: WITHIN_MS })
  await prepare?.(page)
  const path = join(folder, `${name}.png`)
  await (part === undefined ? page : page.locator(part)).screenshot({ path, timeout: WITHIN_MS })
  await context.close()
  return path
}

/** Runs the weak example in a copy of its folder and returns the report. */
function realReport(scratch: string): string {
  const lab = join(scratch, 'payments')
  cpSync(join(ROOT, 'examples/payments'), lab, { recursive: true, filter: (path) => !path.includes('.safechaos') })
  for (const words of [
    ['init', '--quiet'],
    ['config', 'user.name', 'Ada'],
    ['config', 'user.email', 'ada@example.org'],
  ])
    spawnSync('git', words, { cwd: lab, timeout: WITHIN_MS })
  const env = { ...process.env, XDG_STATE_HOME: join(scratch, 'state') }
  const words = [join(ROOT, 'packages/cli/bin/safechaos.js'), 'run', join(lab, 'charters/worker-kill-weak.yaml')]
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: lab, env, encoding: 'utf8', timeout: RUN_WITHIN_MS })
  if (status !== 1) throw new Error(`the weak example is refuted, exit code 1; this run ended with ${status}: ${stdout.slice(-1000)}`)
  const [run = ''] = readdirSync(join(lab, '.safechaos/runs'))
  return join(lab, '.safechaos/runs', run, 'report.html')
}

const [given, folder = join(ROOT, 'docs/pictures')] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'safechaos-pictures-'))
try {
  const report = given === undefined ? realReport(scratch) : resolve(given)
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, timeout: WITHIN_MS })
  try {
    for (const picture of PICTURES) console.log(await take(browser, pathToFileURL(report).href, folder, picture))
  } finally {
    await browser.close()
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
