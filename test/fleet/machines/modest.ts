/** What makes a machine whose OpenClaw lies in the home directory run it: set up, and started as a user service. */
import type { Machine } from '../machine.ts'
import { keepCompiled, must, waitForGateway } from '../recipe.ts'

/** The command with its folder ahead on the way: neither machine's login finds it without. */
export function openclawIn(folder: string): (words: string) => string {
  return words => `PATH=${folder}:$PATH openclaw ${words}`
}

/** Sets up one profile with a gateway of its own. `openclaw` makes the command line; '' is the default profile. */
export async function furnishModestly(
  machine: Machine,
  openclaw: (words: string) => string,
  { profile = '', port }: { readonly profile?: string; readonly port: number },
): Promise<void> {
  const flag = profile === '' ? '' : `--profile ${profile} `
  await keepCompiled(machine)
  await must(machine, 'loginctl enable-linger')
  await must(
    machine,
    openclaw(
      `${flag}onboard --non-interactive --accept-risk --mode local --auth-choice skip --gateway-bind loopback ` +
        `--gateway-auth token --gateway-port ${port} --skip-channels --skip-skills --skip-search --skip-ui --skip-health ` +
        '--no-install-daemon --json',
    ),
  )
  await must(machine, openclaw(`${flag}gateway install --json`))
  await waitForGateway(machine, port)
  // Node keeps what it compiled when it ends by itself, not when the machine takes its time from it.
  await must(machine, `systemctl --user stop openclaw-gateway${profile === '' ? '' : `-${profile}`}.service`)
}
