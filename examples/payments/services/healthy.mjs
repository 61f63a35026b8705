// The health check of a service: ends with 0 if it says that it is well.
import { call } from './http.mjs'

const { status } = await call('self', 'GET', '/health')
process.exit(status === 200 ? 0 : 1)
