import type { Residue, ResidueItem } from '@safechaos/core'
import type { Act } from './act.ts'
import type { Services } from './services.ts'
import type { KernelPicture } from './spawner.ts'
import type { StepHouse } from './steps.ts'
import type { Stops } from './stops.ts'

/** Compares what is inside with the picture from before the first act: whatever was so then is not the act's doing. */
export async function findResidue(
  before: KernelPicture | undefined,
  { spawner, services, stops }: Pick<StepHouse, 'spawner' | 'services' | 'stops'>,
  acts: Iterable<Act>,
): Promise<Residue> {
  // Without an act there is no picture, and nothing that could have changed.
  const now = before && (await spawner.kernel())
  const found = [
    ...(before === undefined || now === undefined ? [] : differences(before, now)),
    ...serviceItems(services),
    ...stoppedItems(services, stops),
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

function serviceItems(services: Services): ResidueItem[] {
  return services.all.flatMap((replica) => {
    const { yes, detail } = replica.asDesired()
    return yes ? [] : [{ key: 'services', what: detail }]
  })
}

function stoppedItems(services: Services, stops: Stops): ResidueItem[] {
  const left = stops.left()
  if (left.length === 0) return []
  const whose = (pid: number): string => services.all.find((replica) => replica.processes().includes(pid))?.id ?? 'a service that is gone'
  return [...Map.groupBy(left, whose)].map(([id, pids]) => ({ key: 'process-state', what: `${id}: stopped processes ${pids.join(', ')}` }))
}

function heldItems(acts: Iterable<Act>): ResidueItem[] {
  return [...acts].flatMap((act) => (act.heldAlive() === 0 ? [] : [{ key: 'held', what: `${act.heldAlive()} held children of act ${act.id}` }]))
}
