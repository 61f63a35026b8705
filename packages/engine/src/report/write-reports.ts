import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildReport, type ReportModel, SafechaosError } from '@safechaos/core'
import { readRunFolder } from './read-run-folder.ts'
import { renderHtml } from './render-html.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderPostmortem } from './render-postmortem.ts'

/** Where the reports of a run are. */
export interface ReportPaths {
  readonly json: string
  readonly html: string
  readonly markdown: string
  readonly postmortem: string
}

/** Tells the run in a folder from the evidence in it. Throws SC_NO_RUN, SC_TAMPERED, SC_FILE. */
export function reportOf(runDir: string): ReportModel {
  const { records, samples, logs } = readRunFolder(runDir)
  return buildReport(records, samples, logs)
}

/**
 * Writes `report.json`, `report.html`, `report.md` and `postmortem.md` into a run folder, from nothing but the evidence in it. A postmortem
 * that is there already may hold people's answers and is left alone. Each file is there whole or not at all.
 */
export async function writeReports(runDir: string): Promise<ReportPaths> {
  const model = reportOf(runDir)
  const path = (name: string) => join(runDir, name)
  const paths: ReportPaths = { json: path('report.json'), html: path('report.html'), markdown: path('report.md'), postmortem: path('postmortem.md') }
  await Promise.all([
    write(paths.json, `${JSON.stringify(model, undefined, 1)}\n`),
    write(paths.html, renderHtml(model)),
    write(paths.markdown, renderMarkdown(model)),
    write(paths.postmortem, renderPostmortem(model), 'keep'),
  ])
  return paths
}

async function write(path: string, text: string, there: 'replace' | 'keep' = 'replace'): Promise<void> {
  try {
    if (there === 'keep') return await writeFile(path, text, { flag: 'wx' })
    // No disk is waited for: a report can be made again from the evidence, at any time.
    await writeFile(`${path}.draft`, text)
    await rename(`${path}.draft`, path)
  } catch (cause) {
    if (there === 'keep' && (cause as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new SafechaosError({ code: 'SC_FILE', message: `${path} cannot be written: ${(cause as Error).message}` }, { cause })
  }
}
