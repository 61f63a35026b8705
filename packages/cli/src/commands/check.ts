import { charterInWords, printCharter } from '@safechaos/core'
import { charterText, prepare } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { charterPath } from '../lab/charter-path.ts'
import { tableText } from '../output/table.ts'
import { counted } from '../output/words.ts'

/** Reads the charter, its lab and its stack, and plans. `--expand` prints the charter in full, as YAML that reads back as the same charter. */
export const act: Act = async (call) => {
  const { output, options } = call
  const { charter, charterDigest, expansionDigest, stackFile, planned } = await prepare({ charter: charterPath(call) })
  const expanded = printCharter(charter)
  output.give({
    ok: true,
    name: charter.name,
    charterDigest,
    expansionDigest,
    planDigest: planned.digest,
    stack: stackFile,
    ...(options.expand === true ? { charter: expanded } : {}),
  })
  if (options.expand === true) {
    output.say(charterText(charter).trimEnd())
    return 0
  }
  const { hypothesis, did, facts } = charterInWords(planned.plan)
  output.say(
    `${output.paint.green('✓')} ${output.paint.bold(charter.name)} can be run: ${counted(planned.plan.targets.length, 'target')}, ${counted(planned.plan.gates.length, 'gate')}\n`,
  )
  output.say(tableText([['We believe', hypothesis], ['We would', did], ...facts.map(({ label, text }) => [label, text])], '  '))
  output.say('\nNext: safechaos plan, safechaos run')
  return 0
}
