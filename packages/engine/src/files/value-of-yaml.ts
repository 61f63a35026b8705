import { invisibleAt, type Problem, shown, type Where } from '@safechaos/core'
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { FILE_LIMITS } from './limits.ts'

/** Makes plain data of a YAML tree: text, finite numbers, booleans, null, lists, mappings. Everything else is a problem. */
export function valueOfYaml(root: Node | null, where: (offset: number) => Where): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const maker = new ValueMaker(where)
  return { value: maker.make(root, 0), problems: maker.problems }
}

class ValueMaker {
  readonly problems: Problem[] = []
  readonly #where: (offset: number) => Where
  readonly #anchors = new Map<string, Node>()
  /** Nodes that are being made: an alias to one of them would have no end. */
  readonly #open = new Set<Node>()
  #values = 0
  #tooMany = false

  constructor(where: (offset: number) => Where) {
    this.#where = where
  }

  make(node: Node | null | undefined, depth: number): unknown {
    if (!node || this.#tooMany) return null
    if (++this.#values > FILE_LIMITS.values) return this.#stop(node, `more than ${FILE_LIMITS.values} values after aliases are filled in`)
    if (depth > FILE_LIMITS.depth) return this.#stop(node, `lists and mappings more than ${FILE_LIMITS.depth} deep after aliases are filled in`)
    if (isAlias(node)) return this.#alias(node, depth)
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if ('tag' in node && node.tag !== undefined && !isPlainTag(node.tag))
      return this.#refuse(node, 'SC_YAML', `the tag ${shown(node.tag)} is not possible`, 'write the value without a tag')
    if (isScalar(node)) return this.#scalar(node, node.value)
    this.#open.add(node)
    const value = isMap(node) ? this.#mapping(node, depth) : isSeq(node) ? this.#list(node, depth) : null
    this.#open.delete(node)
    return value
  }

  #alias(node: Node & { source: string }, depth: number): unknown {
    const meant = this.#anchors.get(node.source)
    if (!meant) return this.#refuse(node, 'SC_YAML', `no anchor ${shown(node.source)} comes before this alias`)
    if (this.#open.has(meant)) return this.#refuse(node, 'SC_YAML', `the alias ${shown(node.source)} is inside of what it stands for`)
    return this.make(meant, depth)
  }

  #scalar(node: Node, value: unknown): unknown {
    if (typeof value === 'string') {
      if (invisibleAt(value).length > 0)
        return this.#refuse(node, 'SC_YAML', `invisible characters: ${shown(value)}`, 'write them out; what people approve must be what they see')
      return value
    }
    if (typeof value === 'bigint') {
      const number = Number(value)
      return Number.isSafeInteger(number)
        ? number
        : this.#refuse(node, 'SC_INVALID', `${shown(String(value))} is beyond 2^53, and would be rounded`, 'put it in quotes if it is a text')
    }
    if (typeof value !== 'number') return value
    if (!Number.isFinite(value))
      return this.#refuse(node, 'SC_INVALID', `${value} is not a number that anything can be compared with`, 'write a finite number')
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? this.#refuse(node, 'SC_INVALID', `${value} is beyond 2^53, and would be rounded`, 'put it in quotes if it is a text')
      : value
  }

  #list(node: YAMLSeq, depth: number): unknown[] {
    return node.items.map((item) => this.make(item as Node | null, depth + 1))
  }

  #mapping(node: YAMLMap, depth: number): Record<string, unknown> {
    const made: Record<string, unknown> = {}
    const starts = new Map<string, number>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : undefined
      const at = key as Node
      const first = typeof name === 'string' ? starts.get(name) : undefined
      if (typeof name !== 'string') this.#refuse(at ?? node, 'SC_YAML', 'a key must be a text')
      else if (name === '<<') this.#refuse(at, 'SC_YAML', 'merge keys (<<) are not possible', 'write the keys out, or use an alias for a whole value')
      else if (name in Object.prototype) this.#refuse(at, 'SC_YAML', `${shown(name)} is not possible as a key`, 'choose another name')
      else if (invisibleAt(name).length > 0) this.#refuse(at, 'SC_YAML', `invisible characters in the key ${shown(name)}`, 'write it without them')
      else if (first !== undefined)
        this.#refuse(at, 'SC_YAML', `the key ${shown(name)} is here twice; first at line ${this.#where(first).line}`, 'delete one of them')
      else {
        starts.set(name, at.range?.[0] ?? 0)
        made[name] = this.make(value as Node | null, depth + 1)
      }
      if (this.#tooMany) break
    }
    return made
  }

  #refuse(node: Node, code: Problem['code'], message: string, hint?: string): null {
    if (this.problems.length < 50) this.problems.push({ code, message, where: this.#where(node.range?.[0] ?? 0), hint })
    return null
  }

  #stop(node: Node, message: string): null {
    this.#tooMany = true
    return this.#refuse(node, 'SC_LIMIT', message)
  }
}

const isPlainTag = (tag: string): boolean => /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag)
