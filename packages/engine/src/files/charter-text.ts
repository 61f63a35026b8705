import { type Charter, printCharter } from '@safechaos/core'
import { stringify } from 'yaml'

/** A charter in full as YAML, in the form that people write. */
export const charterText = (charter: Charter): string => stringify(printCharter(charter), { lineWidth: 120, aliasDuplicateObjects: false })
