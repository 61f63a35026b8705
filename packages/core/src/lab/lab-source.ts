import { z } from 'zod'
import { Name } from '../charter/charter-source.ts'
import { durationBetween } from '../charter/duration-between.ts'
import { serviceName } from '../faults/fields.ts'
import { zod } from '../zod.ts'
import { DEMANDS, TIERS } from './lab.ts'

const Person = z.string().min(1).max(200)

const CellSource = z
  .strictObject({
    fault: z.string().min(1).max(64).default('*').describe('a kind (process.kill), a group (process) or *'),
    environment: z.string().min(1).max(64).default('*'),
    tier: z
      .enum([...TIERS, '*'])
      .default('*')
      .describe('criticality of the services that are hit'),
    deny: z.string().min(1).max(500).optional().describe('why this is not allowed; instead of limits'),
    maxTargets: z.int().min(1).max(10_000).optional(),
    maxPercent: z.number().gt(0).max(100).optional().describe('of the replicas of the service'),
    maxDuration: durationBetween(100, 24 * 3_600_000)
      .optional()
      .describe('the whole time under fault'),
    approvals: z.record(Name, z.int().min(1).max(10)).default({}).describe('how many people of each role must approve'),
    needs: z.array(z.enum(DEMANDS)).max(DEMANDS.length).default([]).describe('what the charter must have beyond the four lines'),
  })
  .describe('one cell of the blast-radius matrix; without deny and limits it allows all')

/** `lab.yaml` as a person writes it. */
export const LabSource = z
  .strictObject({
    name: Name.optional().describe('default: the name of the folder'),
    environments: z
      .record(Name, z.strictObject({ level: z.int().min(0).max(9).describe('0 for dev; policy never gets laxer with a higher level') }))
      .default({ dev: { level: 0 } }),
    roles: z.record(Name, z.array(Person).max(500)).default({}).describe('who has which role'),
    services: z
      .record(serviceName(zod), z.strictObject({ tier: z.enum(TIERS) }))
      .default({})
      .describe('how much each service matters; normal if not named'),
    matrix: z.array(CellSource).max(1000).optional().describe('the most specific cell decides; no cell is a deny. Default: all is allowed in dev'),
    reviewBy: z.iso.date().optional().describe('the day by which people look at this file again'),
  })
  .describe('a lab of Safechaos')

export type LabSource = z.output<typeof LabSource>
export type CellSource = NonNullable<LabSource['matrix']>[number]
