import type { Verdict } from '../verdict/verdict.ts'
import type { Light, Tone } from './report-model.ts'

const LOOKS = {
  hypothesis: { held: ['good', 'held'], refuted: ['bad', 'refuted'], inconclusive: ['unsure', 'inconclusive'] },
  effect: { landed: ['good', 'landed'], 'did-not-land': ['bad', 'did not land'], unknown: ['unsure', 'unknown'] },
  rollback: { clean: ['good', 'clean'], stuck: ['bad', 'stuck'], 'nothing-to-undo': ['calm', 'nothing to undo'] },
  containment: { held: ['good', 'held'], weaker: ['unsure', 'weaker'], broken: ['bad', 'broken'] },
  evidence: { complete: ['good', 'complete'], gaps: ['unsure', 'has gaps'] },
} as const satisfies { readonly [N in Light['name']]: Readonly<Record<Verdict[N]['state'], readonly [Tone, string]>> }

/** The five judgements with a tone and a word each; without a verdict, five that say so. */
export function lights(verdict: Verdict | undefined): Light[] {
  return (Object.keys(LOOKS) as Light['name'][]).map((name): Light => {
    if (verdict === undefined) return { name, tone: 'unsure', word: 'not judged', why: 'the ledger ends before the run was judged' }
    if (name === 'effect' && verdict.rollback.state === 'nothing-to-undo')
      return { name, tone: 'calm', word: 'nothing injected', why: verdict.effect.why }
    const looks: Readonly<Record<string, readonly [Tone, string]>> = LOOKS[name]
    const [tone, word] = looks[verdict[name].state] ?? ['unsure', verdict[name].state]
    return { name, tone, word, why: verdict[name].why }
  })
}
