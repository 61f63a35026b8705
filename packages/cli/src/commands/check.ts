import { charterInWords, counted, printCharter } from '@safechaos/core'
import { charterText, prepare } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { charterPath } from '../lab/charter-path.ts'
import { decisionText } from '../output/plan-text.ts'
import { tableText } from '../output/table.ts'

/**
 * Reads the charter, its lab and its stack, plans, and asks the policy: a valid charter that may not run here ends with 4.
 * `--expand` prints the charter in full, as YAML that reads back as the same charter; a denial is then a comment.
 */
export const act: Act = async (call) => {
  const { output, options } = call
  const { charter, charterDigest, expansionDigest, stackFile, planned, decision } = await prepare({ charter: charterPath(call) })
  const allowed = decision.effect === 'allow'
  const exit = allowed ? 0 : 4
  output.give({
    valid: true,
    allowed,
    decision,
    name: charter.name,
    charterDigest,
    expansionDigest,
    planDigest: planned.digest,
    stack: stackFile,
    ...(options.expand === true ? { charter: printCharter(charter) } : {}),
  })
  const said = decisionText(decision, output.paint)
  if (options.expand === true) {
    output.say(`${allowed ? '' : `${said.replace(/^/gm, '# ')}\n`}${charterText(charter).trimEnd()}`)
    return exit
  }
  const { hypothesis, did, facts } = charterInWords(planned.plan)
  output.say(
    `${output.paint.green('✓')} ${output.paint.bold(charter.name)} is valid: ${counted(planned.plan.targets.length, 'target')}, ${counted(planned.plan.gates.length, 'gate')}\n`,
  )
  output.say(tableText([['We believe', hypothesis], ['We would', did], ...facts.map(({ label, text }) => [label, text])], '  '))
  output.say(`\n${said}\n\nNext: ${allowed ? 'safechaos plan, safechaos run' : 'change the charter or lab.yaml, then safechaos check'}`)
  return exit
}
