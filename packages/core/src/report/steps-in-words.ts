import { lookText, stepText } from '../faults/fault-reference.ts'
import type { Plan } from '../plan/plan.ts'
import type { ReportModel } from './report-model.ts'

/** The exact templates that were shown, digested and executed, by purpose. */
export function stepsInWords({ templates }: Plan): ReportModel['steps'] {
  return [
    { title: 'inject', lines: templates.inject.map(stepText) },
    { title: 'it landed, if', lines: templates.landed.map(lookText) },
    { title: 'renew', lines: (templates.renew ?? []).map(stepText) },
    { title: 'undo', lines: templates.undo.map(stepText) },
    { title: 'it is back, if', lines: templates.verify.map(lookText) },
  ].filter(({ lines }) => lines.length > 0)
}
