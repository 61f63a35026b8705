import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml'

export type Path = readonly (string | number)[]

/** The offset at which a path was written; for what is not there, that of the key or item that should hold it. */
export function placeIn(root: Document['contents'], path: Path, at: 'key' | 'value'): number {
  let node = root as Node | null
  let place = node?.range?.[0] ?? 0
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) return place
      const key = (pair.key as Node).range?.[0] ?? place
      const value = pair.value as Node | null
      if (isLast && at === 'value' && startsOnItsOwn(value)) return value?.range?.[0] ?? key
      place = key
      node = value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | null | undefined
      if (!item) return place
      place = item.range?.[0] ?? place
      node = item
    }
    // What is behind an alias is written elsewhere; the alias is where this charter says it.
    if (isAlias(node) || !node) return place
  }
  return place
}

/** Block collections begin on a later line; people look for them at their key. */
function startsOnItsOwn(value: Node | null): boolean {
  if (!value) return false
  return isMap(value) || isSeq(value) ? value.flow === true : !isEmpty(value)
}

const isEmpty = (value: Node): boolean => isScalar(value) && value.value === null && value.range?.[0] === value.range?.[1]
