import { arch, release, type } from 'node:os'
import { durationText } from '@safechaos/core'
import type { Act } from '../call.ts'
import { type ContainmentFinding, type Examination, examine } from '../doctor/examine.ts'
import type { Paint } from '../output/output.ts'
import { tableText } from '../output/table.ts'

/** Tries each containment, need, fault and tool, and says what to install. Exit 3 when nothing can run here. */
export const act: Act = async ({ output, environment }) => {
  output.say(
    `Trying what a run needs: Node ${process.versions.node}, ${type()} ${release()} ${arch()}${process.getuid?.() === 0 ? ', as root' : ''}\n`,
  )
  const found = await examine(environment)
  const runs = found.containments.some(({ works }) => works) && found.house.every(({ works, needed }) => works || !needed)
  output.give({ runs, node: process.versions.node, kernel: release(), arch: arch(), root: process.getuid?.() === 0, ...found })
  output.say(examinationText(found, output.paint))
  output.say(
    runs
      ? `\n${output.paint.bold('Experiments run here.')} Next: safechaos init, or safechaos check`
      : `\n${output.paint.bold('Nothing can run here yet.')} Install what is named above, then: safechaos doctor`,
  )
  return runs ? 0 : 3
}

/** Fits one screen: one line per thing, and one more for what to do about it. */
export function examinationText({ containments, faults, house }: Examination, paint: Paint): string {
  const mark = (works: boolean, needed = true): string => (works ? paint.green('✓') : needed ? paint.red('✗') : paint.yellow('!'))
  const advice = (text: string | undefined): string[] => (text === undefined ? [] : [paint.yellow(`    to mend it: ${text}`)])
  return [
    paint.bold('containments, opened and closed here, strongest first'),
    ...containments.flatMap((one) => [
      ` ${mark(one.works)} ${one.name.padEnd(9)} ${containmentText(one)}`,
      ...needsLine(one, mark, paint),
      ...advice(one.advice),
    ]),
    paint.bold('faults'),
    tableText(
      faults.map(({ kind, worksIn, lacks }) => [
        ` ${mark(worksIn.length > 0)} ${kind}`,
        worksIn.length > 0 ? paint.dim(worksIn.join(', ')) : `needs ${lacks.join(', ')}`,
      ]),
    ),
    paint.bold('the rest'),
    ...house.flatMap(({ what, works, needed, detail, advice: mend }) => [` ${mark(works, needed)} ${what.padEnd(13)} ${detail}`, ...advice(mend)]),
  ].join('\n')
}

const containmentText = ({ works, how, detail, ms, onlyIn }: ContainmentFinding): string =>
  works ? `${how} (${durationText(ms)})${onlyIn === undefined ? '' : `; no walls, ${onlyIn.join(', ')} only`}` : `${how}: ${detail}`

function needsLine({ works, needs, offers }: ContainmentFinding, mark: (works: boolean) => string, paint: Paint): string[] {
  if (!works || needs.length === 0) return []
  const words = needs.map(({ need, works: good }) => (offers.includes(need) ? `${mark(good)} ${need}` : paint.dim(`– ${need}`)))
  const broken = needs.filter((need) => !need.works && offers.includes(need.need))
  return [`             ${words.join('  ')}`, ...broken.map(({ need, detail }) => paint.yellow(`    ${need}: ${detail}`))]
}
