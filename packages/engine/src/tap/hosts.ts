import { isIP } from 'node:net'

/** The next address of a service, one replica after the other; undefined for a name that the stack does not have. */
export type Resolve = (name: string) => string | undefined

/** Service names are resolved by this table alone, never by DNS: nothing inside the enclosure can send the tap elsewhere. URLs lower-case host names, so case is ignored. */
export function resolveBy(hosts: Readonly<Record<string, readonly string[]>>): Resolve {
  const table = new Map(Object.entries(hosts).map(([name, addresses]) => [name.toLowerCase(), { addresses, turn: 0 }]))
  return (name) => {
    const host = table.get(name.toLowerCase())
    if (host === undefined) return isIP(name) === 0 ? undefined : name
    return host.addresses[host.turn++ % host.addresses.length]
  }
}
