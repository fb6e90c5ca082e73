// Stands in for systemctl, loginctl and systemd-run on a demo node: asks the fleet's own service manager and prints its answer.
import { request } from 'node:http'

const [name, ...words] = process.argv.slice(2)
const address = process.env.OCM_DEMO_MANAGER
if (address === undefined) {
  console.error('Failed to connect to bus: No such file or directory')
  process.exit(1)
}
const call = request(address, { method: 'POST' }, answer => {
  const pieces = []
  answer.on('data', piece => pieces.push(piece))
  answer.on('end', () => {
    const { code, stdout, stderr } = JSON.parse(Buffer.concat(pieces).toString('utf8'))
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    process.exitCode = code
  })
})
call.on('error', () => {
  console.error('Failed to connect to bus: Connection refused')
  process.exitCode = 1
})
call.end(JSON.stringify({ name, words, cwd: process.cwd(), environment: process.env }))
