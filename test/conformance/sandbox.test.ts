import { CONTAINMENTS } from '@safechaos/containments'
import { conformance } from './suite.ts'
import { realParts } from './real-parts.ts'

const containment = CONTAINMENTS.find(({ name }) => name === 'sandbox')
if (containment === undefined) throw new Error('there is no containment "sandbox"')
conformance(containment)
realParts(containment)
