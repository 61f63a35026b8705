export * from './containment.ts'
