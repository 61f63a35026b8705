import type { Residue, ResidueItem } from '@safechaos/core'
import type { Act } from './act.ts'
import { processKey } from './proc.ts'
import type { Services } from './services.ts'
import type { KernelPicture, Spawner } from './spawner.ts'

/** What is inside before the first act: whatever was so then is not the act's doing. */
export interface Picture {
  readonly kernel: KernelPicture
  /** Processes that were stopped then and have not gone on since, as far as an act has seen; by pid and start. */
  readonly stopped: Set<string>
}

export async function takePicture(spawner: Spawner, services: Services): Promise<Picture> {
  const stopped = new Set(services.all.flatMap((replica) => replica.stopped()).map(processKey))
  return { kernel: await spawner.kernel(), stopped }
}

/** Compares what is inside with the picture from before the first act. */
export async function findResidue(picture: Picture | undefined, spawner: Spawner, services: Services, acts: Iterable<Act>): Promise<Residue> {
  const before = picture?.kernel
  // Without an act there is no picture, and nothing that could have changed.
  const now = before && (await spawner.kernel())
  const found = [
    ...(before === undefined || now === undefined ? [] : differences(before, now)),
    ...serviceItems(services, picture?.stopped),
    ...heldItems(acts),
  ]
  const notSeen = [...new Set([...(before?.notSeen ?? []), ...(now?.notSeen ?? [])])]
  const judged = services.all
    .filter((replica) => replica.main === undefined && replica.asDesired().yes)
    .map(({ id }) => `${id} does not run, by its own doing: for the hypothesis to judge`)
  return {
    found,
    notSeen,
    looked: [
      ...(now === undefined ? ['no act was made inside'] : Object.keys(now.objects)),
      'states of processes',
      'held children',
      `services by name and state: ${services.all.length}`,
      ...judged,
    ],
  }
}

function differences(before: KernelPicture, now: KernelPicture): ResidueItem[] {
  const keys = new Set([...Object.keys(before.objects), ...Object.keys(now.objects)])
  return [...keys].flatMap((key) => {
    const old = before.objects[key] ?? []
    const fresh = now.objects[key] ?? []
    return [
      ...fresh.filter((line) => !old.includes(line)).map((line) => ({ key, what: `new: ${line}` })),
      ...old.filter((line) => !fresh.includes(line)).map((line) => ({ key, what: `gone: ${line}` })),
    ]
  })
}

function serviceItems(services: Services, stoppedBefore: ReadonlySet<string> = new Set()): ResidueItem[] {
  return services.all.flatMap((replica) => {
    const { yes, detail } = replica.asDesired()
    const frozen = replica.stopped().filter((one) => !stoppedBefore.has(processKey(one)))
    return [
      ...(yes ? [] : [{ key: 'services', what: detail }]),
      ...(frozen.length === 0 ? [] : [{ key: 'process-state', what: `${replica.id}: stopped processes ${frozen.map(({ pid }) => pid).join(', ')}` }]),
    ]
  })
}

function heldItems(acts: Iterable<Act>): ResidueItem[] {
  return [...acts].flatMap((act) => (act.heldAlive() === 0 ? [] : [{ key: 'held', what: `${act.heldAlive()} held children of act ${act.id}` }]))
}
