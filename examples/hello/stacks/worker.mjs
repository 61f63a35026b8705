// Fetches what was paid, once a second, and confirms it.
import { get } from 'node:http'

setInterval(() => {
  const ask = get({ host: process.env.API_HOST || '127.0.0.1', port: 8080, path: '/fetch', timeout: 1000 }, (answer) => answer.resume())
  ask.on('timeout', () => ask.destroy())
  ask.on('error', (error) => console.log(`the API does not answer: ${error.message}`))
}, 1000)
