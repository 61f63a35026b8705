import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlannedTarget, Service, Stack } from '@safechaos/core'

/** A service that sleeps, unless told otherwise. */
export function service(name: string, more: Partial<Service> = {}): Service {
  return {
    name,
    replicas: 1,
    command: ['sleep', '1000'],
    cwd: '.',
    environment: {},
    dependsOn: [],
    health: undefined,
    restart: 'no',
    networks: ['default'],
    volumes: [],
    ports: [],
    ...more,
  }
}

export const stackOf = (...services: readonly Service[]): Stack => ({ name: 'test', services, networks: ['default'] })

export const member = (id: string): PlannedTarget => ({ id, members: [id] })

/** A lab with one stack folder that holds these files; returns both paths. */
export function makeLab(folder: string, files: Readonly<Record<string, string>> = {}): { readonly labDir: string; readonly stackDir: string } {
  const labDir = join(folder, 'lab')
  const stackDir = join(labDir, 'stacks', 'one')
  mkdirSync(stackDir, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(stackDir, name), text)
  return { labDir, stackDir }
}
