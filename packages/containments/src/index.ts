export * from './all.ts'
export * from './bundles.ts'
export * from './containment.ts'
export { removeFolder } from './enclosure/remove-folder.ts'
