import { shown } from '../charter/shown.ts'
import { type Findings, isMapping, type Path } from './findings.ts'
import { pathInside } from './folder-path.ts'
import { overlap, ownPlace } from './own-places.ts'
import type { Service } from './stack.ts'

type Volume = Service['volumes'][number]

/** Folders of the stack that a service sees; anything from outside is refused. */
export function readVolumes(value: unknown, path: Path, findings: Findings): Volume[] {
  if (value === undefined) return []
  const volumes = (findings.list(value, path) ?? []).flatMap((item, index) => readVolume(item, [...path, index], findings) ?? [])
  for (const [index, volume] of volumes.entries()) {
    const earlier = volumes.slice(0, index).find((other) => overlap(other.target, volume.target))
    if (earlier?.target === volume.target) findings.refuse([...path, index], `${volume.target} is mounted twice`)
    // A link in the one could lead the other anywhere.
    else if (earlier !== undefined)
      findings.refuse([...path, index], `${volume.target} and ${earlier.target} lie in one another`, 'mount one of them elsewhere')
  }
  return volumes
}

function readVolume(item: unknown, path: Path, findings: Findings): Volume | undefined {
  if (typeof item === 'string') {
    const [source = '', target, mode = 'rw', ...rest] = item.split(':')
    if (target === undefined || rest.length > 0) return findings.refuse(path, `${shown(item)}: expected ./folder:/path or ./folder:/path:ro`)
    if (mode !== 'rw' && mode !== 'ro') return findings.refuse(path, `${shown(mode)} is not a mode`, 'write ro or rw')
    return volumeOf(source, target, mode === 'ro', path, findings)
  }
  if (!isMapping(item)) return findings.refuse(path, `${shown(item)}: expected ./folder:/path`)
  findings.onlyKeys(item, path, ['type', 'source', 'target', 'read_only'])
  if (item.type !== 'bind')
    return findings.refuse(
      [...path, 'type'],
      `${shown(item.type)}: only bind is possible`,
      'use a folder of the stack; what is written goes to the run and is gone after it',
    )
  const source = findings.text(item.source, [...path, 'source'])
  const target = findings.text(item.target, [...path, 'target'])
  const readOnly = item.read_only ?? false
  if (typeof readOnly !== 'boolean') return findings.refuse([...path, 'read_only'], `${shown(readOnly)}: expected true or false`)
  return source === undefined || target === undefined ? undefined : volumeOf(source, target, readOnly, path, findings)
}

function volumeOf(source: string, target: string, readOnly: boolean, path: Path, findings: Findings): Volume | undefined {
  if (source.endsWith('.sock'))
    return findings.refuse(path, `${shown(source)} is a socket of the machine, and would lead out of the enclosure`, 'leave it out')
  if (/^[A-Za-z0-9_]/.test(source)) {
    return findings.refuse(
      path,
      `${shown(source)} is a named volume`,
      `use a folder of the stack, such as ./${source}; what is written goes to the run and is gone after it`,
    )
  }
  const inside = pathInside(source)
  if (inside === undefined)
    return findings.refuse(path, `${shown(source)} is outside the stack's folder`, 'mount only folders inside it, written as ./folder')
  const plain = target.length > 1 ? target.replace(/\/+$/, '') : target
  if (!/^\/[^\0]*$/.test(plain) || plain.split('/').some((part) => part === '.' || part === '..') || plain.split('/').slice(1).includes('')) {
    return findings.refuse(path, `${shown(target)}: expected an absolute path`)
  }
  const own = ownPlace(plain)
  if (own !== undefined) return findings.refuse(path, `${shown(target)} belongs to the enclosure (${own})`, 'mount below another path, such as /srv')
  return { source: inside, target: plain, readOnly }
}
