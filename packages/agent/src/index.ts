export * from './protocol.ts'
export * from './state-folder.ts'
