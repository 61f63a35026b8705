/**
 * Pictures of a report for the docs, by a headless Chromium that reaches no network:
 *
 *   node scripts/screenshots.ts [report.html] [folder]
 *
 * Without a report it tells a synthetic run. Writes `report-light.png`, `report-dark.png`, `report-narrow.png` and `report-clock.png` to
 * `docs/pictures/`. CHROMIUM names another browser than /usr/bin/chromium.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildReport } from '@safechaos/core'
import { renderHtml } from '@safechaos/engine'
import { type Browser, chromium, type Page } from 'playwright-core'
import { weakRun } from '../test/support/synthetic-run.ts'

const WITHIN_MS = 30_000
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
  readonly height?: number
  readonly scheme: 'light' | 'dark'
  /** What is taken; the whole page if undefined. */
  readonly part?: string
  readonly prepare?: (page: Page) => Promise<void>
}

const PICTURES: readonly Picture[] = [
  { name: 'report-light', width: 1280, scheme: 'light' },
  { name: 'report-dark', width: 1280, scheme: 'dark' },
  { name: 'report-narrow', width: 400, scheme: 'light' },
  { name: 'report-clock', width: 1280, scheme: 'light', part: '#clock', height: 1700, prepare: moveCursor },
]

/** Puts the cursor into the fault, so that the picture shows values. */
async function moveCursor(page: Page): Promise<void> {
  await page.locator('#clock').scrollIntoViewIfNeeded({ timeout: WITHIN_MS })
  const box = await page.locator('#clock .row.plot .area').first().boundingBox()
  if (box !== null) await page.mouse.move(box.x + box.width * 0.62, box.y + box.height / 2)
}

async function take(browser: Browser, url: string, folder: string, { name, width, height = 900, scheme, part, prepare }: Picture): Promise<string> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    offline: true,
  })
  const page = await context.newPage()
  await page.goto(url, { timeout: WITHIN_MS })
  await prepare?.(page)
  const path = join(folder, `${name}.png`)
  await (part === undefined
    ? page.screenshot({ path, fullPage: true, timeout: WITHIN_MS })
    : page.locator(part).screenshot({ path, timeout: WITHIN_MS }))
  await context.close()
  return path
}

const [given, folder = join(import.meta.dirname, '..', 'docs', 'pictures')] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'safechaos-pictures-'))
try {
  const { records, samples, logs } = weakRun()
  const made = join(scratch, 'report.html')
  if (given === undefined) writeFileSync(made, renderHtml(buildReport(records, samples, logs)))
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, timeout: WITHIN_MS })
  try {
    for (const picture of PICTURES) console.log(await take(browser, pathToFileURL(given === undefined ? made : resolve(given)).href, folder, picture))
  } finally {
    await browser.close()
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
