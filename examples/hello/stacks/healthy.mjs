// Exits with 0 once the API answers.
const answer = await fetch(`http://${process.env.HOST ?? '127.0.0.1'}:8080/metrics`)
process.exit(answer.ok ? 0 : 1)
