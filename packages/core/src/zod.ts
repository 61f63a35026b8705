import { z } from 'zod'

// Each schema reads one document and is gone: to write a program for it first, as the library would, takes longer than to read.
z.config({ jitless: true })

/**
 * What the schemas of faults are made of. They are given it when a charter is read: the agent knows the faults and never loads the library.
 * Named one by one, so that a bundle leaves out the rest.
 */
export const zod = {
  codec: z.codec,
  enum: z.enum,
  int: z.int,
  literal: z.literal,
  number: z.number,
  strictObject: z.strictObject,
  string: z.string,
  tuple: z.tuple,
}
export type Zod = typeof zod

/** What a schema that is made so reads. */
export type SpecOf<Schema extends (z: Zod) => z.ZodType> = z.output<ReturnType<Schema>>
