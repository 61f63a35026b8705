import { within } from '@safechaos/agent'
import { CONTAINMENTS, type Probe } from '@safechaos/containments'
import { CONTAINMENT_TRAITS, type ContainmentTraits, FAULTS, type Need } from '@safechaos/core'
import { type HouseLine, examineHouse } from './house.ts'
import { type ReadSetting, readSetting, userNamespaceAdvice } from './user-namespaces.ts'

export interface ContainmentFinding extends Probe {
  readonly name: string
  readonly weaker: readonly string[]
  /** What it means to offer; the rest it does not try to. */
  readonly offers: readonly Need[]
  /** The only environments it may be used in; undefined for all. */
  readonly onlyIn: readonly string[] | undefined
}

/** In which containments a fault works here, and what it lacks in the others. */
export interface FaultFinding {
  readonly kind: string
  readonly worksIn: readonly string[]
  readonly lacks: readonly Need[]
}

export interface Examination {
  readonly containments: readonly ContainmentFinding[]
  readonly faults: readonly FaultFinding[]
  readonly house: readonly HouseLine[]
}

const PROBE_MS = 20_000

/** Tries everything that a run needs, really and one after the other, so that one does not slow down the other. */
export async function examine(environment: NodeJS.ProcessEnv): Promise<Examination> {
  const containments: ContainmentFinding[] = []
  for (const containment of CONTAINMENTS) {
    const probe = await within(containment.probe(), PROBE_MS, () => tooLate(containment.offers))
    const traits: ContainmentTraits = CONTAINMENT_TRAITS[containment.name]
    const { name, weaker, offers } = containment
    containments.push({ name, weaker, offers, onlyIn: traits.onlyIn, ...probe, advice: adviceOf(probe, traits, readSetting) })
  }
  return { containments, faults: FAULTS.map(({ kind, needs }) => faultFinding(kind, needs, containments)), house: await examineHouse(environment) }
}

/** Walls that do not stand are mended at the setting that keeps them down, if there is one; all else the containment knows best. */
export const adviceOf = ({ works, advice }: Probe, { walled }: ContainmentTraits, read: ReadSetting): string | undefined =>
  works || !walled ? advice : (userNamespaceAdvice(read) ?? advice)

const tooLate = (offers: readonly Need[]): Probe => ({
  works: false,
  how: 'no answer',
  detail: `it did not answer within ${PROBE_MS / 1000} s`,
  advice: 'try again on a less busy machine',
  ms: PROBE_MS,
  needs: offers.map((need) => ({ need, works: false, detail: 'not tried' })),
})

function faultFinding(kind: string, needs: readonly Need[], containments: readonly ContainmentFinding[]): FaultFinding {
  const missing = (containment: ContainmentFinding): Need[] =>
    needs.filter((need) => !containment.works || !containment.needs.some((tried) => tried.need === need && tried.works))
  const worksIn = containments.filter((containment) => missing(containment).length === 0).map(({ name }) => name)
  return { kind, worksIn, lacks: worksIn.length > 0 ? [] : [...new Set(containments.flatMap(missing))] }
}
