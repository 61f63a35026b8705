import { EDITED_FILES, jsonSchemaText, schemaHeader } from '@safechaos/core'

/** A file of a new lab, by its path in the lab's folder. */
export interface StarterFile {
  readonly path: string
  readonly text: string
}

/** A lab that runs as it is: a web service with two replicas that come back when they die, and a charter that kills them. */
export function starterLab(name: string): readonly StarterFile[] {
  return [
    { path: 'lab.yaml', text: `${schemaHeader('schemas/lab.schema.json')}${labYaml(name)}` },
    { path: 'stacks/hello/compose.yaml', text: COMPOSE },
    { path: 'stacks/hello/server.cjs', text: SERVER },
    { path: 'stacks/hello/healthy.cjs', text: HEALTHY },
    { path: 'charters/web-kill.yaml', text: `${schemaHeader('../schemas/charter.schema.json')}${CHARTER}` },
    ...EDITED_FILES.map((file) => ({ path: `schemas/${file}.schema.json`, text: jsonSchemaText(file) })),
    { path: '.gitignore', text: '.safechaos/\n' },
  ]
}

const labYaml = (name: string): string => `# This folder is a lab of Safechaos: charters/ holds the experiments, stacks/ the systems under test.
name: ${name}
# The higher the level, the stricter the policy: it never gets laxer with a higher one.
environments:
  dev: { level: 0 }
# Who may break what, where. The most specific cell decides; what no cell allows is denied.
matrix:
  - { fault: '*', environment: dev }
`

const COMPOSE = `# The system under test, in the Compose format. Each service runs in an enclosure of its own.
services:
  web:
    command: ['node', 'server.cjs']
    deploy: { replicas: 2 }
    restart: always
    healthcheck:
      test: ['CMD', 'node', 'healthy.cjs']
      interval: 500ms
      timeout: 2s
      retries: 20
    ports: ['8080']
`

const SERVER = `const { createServer } = require('node:http')

// HOST is the address that the enclosure gives this replica, where it gives one.
createServer((request, response) => response.end('hello\\n')).listen(8080, process.env.HOST ?? '0.0.0.0')
`

const HEALTHY = `const { get } = require('node:http')

get({ host: process.env.HOST ?? '127.0.0.1', port: 8080 }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))
`

const CHARTER = `# What we believe, what we break, and when to stop. \`safechaos check --expand\` prints it with every default.
hypothesis: the page answers while its servers die one after the other
load: { get: http://web:8080/, rate: 50/s }
fault: { kind: process.kill, target: web }
abort: { errorRatio: "> 60%" }
ramp: { hold: 5s }
recovery: 5s
`
