import { rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildReport, type ReportModel, SafechaosError } from '@safechaos/core'
import { reportedRecords, sealIn } from '../evidence/seal.ts'
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

/** The files that are made from the evidence alone, and so can be made again. */
export const REPORT_FILES = ['report.json', 'report.html', 'report.md', 'postmortem.md'] as const
export type ReportFile = (typeof REPORT_FILES)[number]

/** Tells the run in a folder from the evidence in it. Throws SC_NO_RUN, SC_TAMPERED, SC_FILE. */
export const reportOf = (runDir: string): ReportModel => evidenceOf(runDir).model

/** The text of each report of a run, from nothing but its evidence: today the same as when the run ended. */
export function renderReports(model: ReportModel): Readonly<Record<ReportFile, string>> {
  return {
    'report.json': `${JSON.stringify(model, undefined, 1)}\n`,
    'report.html': renderHtml(model),
    'report.md': renderMarkdown(model),
    'postmortem.md': renderPostmortem(model),
  }
}

/**
 * Writes the reports into a run folder. A postmortem that is there already may hold people's answers and is left alone; so is every report
 * of a run whose record is closed, since it is sealed. Each file is there whole or not at all.
 */
export async function writeReports(runDir: string): Promise<ReportPaths> {
  const { model, sealed } = evidenceOf(runDir)
  const texts = renderReports(model)
  const kept = (name: ReportFile): boolean => (sealed || name === 'postmortem.md') && existsSync(join(runDir, name))
  await Promise.all(REPORT_FILES.filter((name) => !kept(name)).map(async (name) => write(join(runDir, name), texts[name])))
  const path = (name: ReportFile): string => join(runDir, name)
  return { json: path('report.json'), html: path('report.html'), markdown: path('report.md'), postmortem: path('postmortem.md') }
}

function evidenceOf(runDir: string): { readonly model: ReportModel; readonly sealed: boolean } {
  const { records, samples, logs } = readRunFolder(runDir)
  return { model: buildReport(reportedRecords(records), samples, logs), sealed: sealIn(records) !== undefined }
}

async function write(path: string, text: string): Promise<void> {
  try {
    // No disk is waited for: a report can be made again from the evidence, at any time.
    await writeFile(`${path}.draft`, text)
    await rename(`${path}.draft`, path)
  } catch (cause) {
    throw new SafechaosError({ code: 'SC_FILE', message: `${path} cannot be written: ${(cause as Error).message}` }, { cause })
  }
}
