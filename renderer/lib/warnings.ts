import type { NodeView } from '../../shared/contract'
import type { ProfileFacts, Warning } from '../../shared/survey'
import type { CleanKind } from '../../shared/watch'
import type { OpenDialog } from '../store/window'

/** A line to type on the node, and what it does. */
export interface Command {
  readonly says: string
  readonly line: string
}

/** What helps against a warning: something OCM does, a place that tells more, or commands for the person to type. */
export type NextStep =
  | { readonly verb: string; readonly dialog: OpenDialog }
  | { readonly verb: string; readonly check: true }
  | { readonly verb: string; readonly cleanUp: CleanKind }
  | { readonly verb: string; readonly part: 'sizes' | 'set-up'; readonly profile: string }
  | { readonly verb: string; readonly url: string }
  | { readonly verb: string; readonly commands: readonly Command[] }

/** What a next step is drawn from. */
interface Ground {
  readonly view: NodeView
  readonly hasBackup: boolean
}

/** The next step against a warning of a survey; undefined where there is nothing to do. */
export function nextStep(warning: Warning, ground: Ground): NextStep | undefined {
  return STEPS[warning.code]?.(profileIn(warning, ground.view), ground)
}

const typed = (...commands: readonly Command[]): NextStep => ({ verb: 'How to fix it', commands })
const restore = ({ view, hasBackup }: Ground): NextStep | undefined =>
  hasBackup ? { verb: 'Restore…', dialog: { kind: 'restore-onto', nodeId: view.record.id } } : undefined
const editLogin = (_profile: ProfileFacts | undefined, { view }: Ground): NextStep => ({
  verb: 'Edit login…',
  dialog: { kind: 'edit-node', nodeId: view.record.id },
})
const seePart =
  (verb: string, part: 'sizes' | 'set-up') =>
  (profile: ProfileFacts | undefined): NextStep => ({ verb, part, profile: profile?.name ?? 'default' })

/** By the warning's code. What is not here has no step that OCM knows. */
const STEPS: Readonly<Record<string, (profile: ProfileFacts | undefined, ground: Ground) => NextStep | undefined>> = {
  'openclaw-missing': (_profile, ground) =>
    restore(ground) ?? { verb: 'How to install it', url: 'https://docs.openclaw.ai/install' },
  'old-node': () => ({ verb: 'How to update it', url: 'https://docs.openclaw.ai/install/node' }),
  'little-room': seePart('See sizes', 'sizes'),
  'no-linger': (_profile, { view }) =>
    typed({
      says: 'Keeps services of this account running without a login. If it is refused, put sudo before it.',
      line: `loginctl enable-linger ${view.survey?.os.user ?? view.record.user}`,
    }),
  'services-unknown': () => ({ verb: 'Check again', check: true }),
  'service-without-state': editLogin,
  'config-broken': (profile, ground) => restore(ground) ?? typed(doctor(profile)),
  'config-unreadable': editLogin,
  unreadable: editLogin,
  'gateway-starting': profile => typed(...journal(profile), doctor(profile)),
  'gateway-down': profile =>
    typed(...journal(profile), { says: 'Start it.', line: openclaw(profile, 'gateway start') }),
  'gateway-failing': profile => typed(...journal(profile), doctor(profile)),
  'foreign-listener': profile =>
    typed({
      says: 'Says which process holds the port.',
      line: `ss -ltnp 'sport = :${profile?.gateway.port ?? 18789}'`,
    }),
  'dueling-services': profile => typed(...turnOffs(profile)),
  'service-broken': profile =>
    typed({
      says: 'Writes the service anew for the OpenClaw that is installed.',
      line: openclaw(profile, 'gateway install --force'),
    }),
  'cron-stranded': seePart('See cron jobs', 'set-up'),
  orphans: () => ({ verb: 'Clean up…', cleanUp: 'orphans' }),
}

/** The profile a warning is about: those of another than the default one name it. */
function profileIn({ text }: Warning, { survey }: NodeView): ProfileFacts | undefined {
  const profiles = survey?.profiles ?? []
  return (
    profiles.find(
      ({ name, services }) =>
        text.includes(`(profile ${name})`) || services.some(one => text.includes(` ${one.name} starts `)),
    ) ?? profiles.find(({ name }) => name === 'default')
  )
}

function openclaw(profile: ProfileFacts | undefined, words: string): string {
  const name = profile?.name ?? 'default'
  return name === 'default' ? `openclaw ${words}` : `openclaw --profile ${name} ${words}`
}

const doctor = (profile: ProfileFacts | undefined): Command => ({
  says: 'Looks for what is wrong and offers to mend it.',
  line: openclaw(profile, 'doctor'),
})

/** The last lines of each systemd service of a profile. */
function journal(profile: ProfileFacts | undefined): Command[] {
  return gateways(profile).map(({ name, scope }) => ({
    says: 'Shows its last lines.',
    line: `journalctl ${scope === 'user' ? '--user ' : ''}-u ${name} -n 100 --no-pager`,
  }))
}

function turnOffs(profile: ProfileFacts | undefined): Command[] {
  return gateways(profile).map(({ name, scope }) => ({
    says: `Keep one and turn the others off. This turns off the ${scope} service.`,
    line: `${scope === 'user' ? 'systemctl --user' : 'sudo systemctl'} disable --now ${name}`,
  }))
}

function gateways(profile: ProfileFacts | undefined): ProfileFacts['services'] {
  return (profile?.services ?? []).filter(({ kind, manager }) => kind === 'gateway' && manager === 'systemd')
}
