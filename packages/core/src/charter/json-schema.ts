import { z } from 'zod'
import { FAULTS } from '../faults/catalogue.ts'
import { LabSource } from '../lab/lab-source.ts'
import { zod } from '../zod.ts'
import { CharterSource } from './charter-source.ts'

const ROOTS = { charter: CharterSource, lab: LabSource } as const
/** The files of a lab that editors can complete and check. */
export type EditedFile = keyof typeof ROOTS
export const EDITED_FILES = Object.keys(ROOTS) as readonly EditedFile[]

/** The JSON Schema of what people write, as text. The fault of a charter is one of the catalogue's. */
export function jsonSchemaText(name: EditedFile): string {
  const schema = z.toJSONSchema(ROOTS[name], {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === CharterSource.shape.fault)
        Object.assign(jsonSchema, { oneOf: FAULTS.map(({ schema: fault, summary }) => ({ ...plain(fault(zod)), description: summary })) })
      if (zodSchema === CharterSource || zodSchema === LabSource) jsonSchema.title = `Safechaos ${name}`
    },
  })
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** A schema to be put into another: without the mark of a whole document. */
function plain(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

/** The first line of such a file: many editors take the schema from it. `path` is relative to the file. */
export const schemaHeader = (path: string): string => `# yaml-language-server: $schema=${path}\n`
