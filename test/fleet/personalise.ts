/** Gives a disk what makes it one machine: name, address, keys, user and password. No cached layer holds any of it. */
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './host.ts'
import { REGISTRY_PORT } from './ports.ts'
import type { Slot } from './slot.ts'

/** What a machine is told about itself. */
export interface Identity {
  readonly name: string
  readonly user: string
  readonly home: string
  readonly address: string
  readonly password: string
  readonly keyPath: string
}

/** Writes the identity into a mounted disk that is not booted yet. */
export function personalise(root: string, { hostAddress, runFolder }: Slot, identity: Identity): void {
  const { name, user, address, password } = identity
  const write = (path: string, text: string): void => {
    rmSync(join(root, path), { force: true })
    writeFileSync(join(root, path), text)
  }
  write('etc/hostname', `${name}\n`)
  write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`)
  write('etc/hosts', `127.0.0.1 localhost ${name}\n${hostAddress} bot-api.fleet registry.fleet models.fleet\n`)
  write('etc/resolv.conf', '')
  const network = [`Address=${address}/24`, 'LinkLocalAddressing=no', 'IPv6AcceptRA=no', 'DHCP=no']
  mkdirSync(join(root, 'etc/systemd/network'), { recursive: true })
  write('etc/systemd/network/10-host0.network', `[Match]\nName=host0\n[Network]\n${network.join('\n')}\n`)
  // npm's own settings: the global ones move away with the prefix as soon as a user chooses another.
  const npm = 'usr/local/lib/node_modules/npm'
  if (existsSync(join(root, npm))) write(join(npm, 'npmrc'), `registry=http://registry.fleet:${REGISTRY_PORT}/\n`)
  for (const ending of ['', '.pub']) {
    copyFileSync(join(runFolder, `host-${name}${ending}`), join(root, `etc/ssh/ssh_host_ed25519_key${ending}`))
  }
  chmodSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 0o600)
  addUser(root, identity)
  run('chroot', [root, 'chpasswd'], { input: `${user}:${password}\n` })
  authorise(root, identity)
}

function passwdEntry(root: string, user: string): readonly string[] | undefined {
  const lines = readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n')
  return lines.find(line => line.startsWith(`${user}:`))?.split(':')
}

function addUser(root: string, { user, home }: Identity): void {
  if (passwdEntry(root, user)) return
  const words = ['--create-home', '--home-dir', home, '--shell', '/bin/bash', '--groups', 'sudo', user]
  run('chroot', [root, 'useradd', ...words])
}

/** Lets the fleet's key in, as the user and as root. */
function authorise(root: string, { user, home, keyPath }: Identity): void {
  const [, , uid, gid] = passwdEntry(root, user) ?? []
  for (const [folder, owner, group] of [
    ['/root', 0, 0],
    [home, Number(uid), Number(gid)],
  ] as const) {
    const target = join(root, folder, '.ssh')
    mkdirSync(target, { recursive: true, mode: 0o700 })
    copyFileSync(`${keyPath}.pub`, join(target, 'authorized_keys'))
    for (const path of [target, join(target, 'authorized_keys')]) chownSync(path, owner, group)
  }
}
