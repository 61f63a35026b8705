export * from './all.ts'
export * from './bundles.ts'
export * from './containment.ts'
