import { FACTS, type Fact, type Facts } from './step.ts'

const HOLE = /\{([A-Za-z]+)\}/g

/** Fills the holes of a template with facts; throws on a hole that is unknown or has no fact, so that nothing half-filled ever acts. */
export function bind<T>(template: T, facts: Facts): T {
  return mapStrings(template, (text) =>
    text.replace(HOLE, (_, name: string) => {
      const value = Object.hasOwn(FACTS, name) ? facts[name as Fact] : undefined
      if (value === undefined) throw new TypeError(`the template asks for {${name}}, which is not known here`)
      return value
    }),
  ) as T
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapStrings(member, change)]))
}
