import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test as anywhere, type TestAPI } from 'vitest'
import { DeletionOptions } from '../../../shared/deletion'
import type { Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { whenStep } from '../../helpers/nodes'
import { skips, unlessLinux } from '../../helpers/requirement'
import { startWindows, TASK } from '../../helpers/windows-machine'
import { idle, OTHER_SID, SID } from '../../helpers/windows-model'

const isSkipped = skips('a machine that stands for Windows', unlessLinux('its stand-in looks into /proc'))
// Side by side: each waits for most of its time whether the task scheduler starts again what was ended.
const test = (isSkipped ? anywhere.skip : anywhere.concurrent) as TestAPI

/** What `openclaw completion --install` leaves in a profile of PowerShell. */
const COMPLETION = '. "C:\\Users\\ada\\.openclaw\\completions\\openclaw.ps1"'

const openRows = ({ proof }: Operation): readonly string[] =>
  proof.filter(row => row.verdict !== 'proven').map(row => `${row.what}: ${row.found}`)

test(
  'a Windows machine is deleted whole: what a task started is ended with it, and a witness sees nothing left',
  async () => {
    await using pc = await startWindows()
    const plan = await pc.plan()
    expect(plan.blockers).toEqual([])
    expect(plan.deletion?.items.filter(item => item.verdict !== 'goes')).toEqual([])
    const run = await pc.run(plan)
    expect(openRows(run)).toEqual([])
    expect(run).toMatchObject({ state: 'done', error: null })
    expect(pc.left()).toEqual([])
    expect([...pc.model.tasks.keys()]).toEqual(['\\Microsoft\\Windows\\Defrag\\ScheduledDefrag'])
    expect(pc.services.certificates.get(run.id)).toMatchObject({ isProven: true })
    expect(pc.services.registry.list()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'what cannot be ended is not deleted, and its task is on again',
  async () => {
    await using pc = await startWindows()
    const plan = await pc.plan({ waiveBackup: true })
    pc.model.endsNothing = true
    pc.model.isStubborn = true
    const run = await pc.run(plan)
    expect(run.state).not.toBe('done')
    expect(run.error?.message).toMatch(/not proven stopped.*\(pid \d+\) runs/)
    expect(existsSync(pc.real('C:/Users/ada/.openclaw/openclaw.json'))).toBe(true)
    expect(pc.model.tasks.get(TASK)).toMatchObject({ isEnabled: true })
    expect(await pc.isLive()).toBe(true)
    expect(pc.services.registry.list()).toHaveLength(1)
  },
  2 * MINUTE,
)

test(
  'a task that only an administrator may delete is what is left, whatever the language in which that is refused',
  async () => {
    await using pc = await startWindows()
    pc.model.denied.add('/Delete')
    const run = await pc.run(await pc.plan({ waiveBackup: true }))
    expect(run.state).toBe('cleaning-up')
    expect(openRows(run)).toEqual(
      expect.arrayContaining([expect.stringContaining('OpenClaw Gateway'), `Service definitions of OpenClaw: ${TASK}`]),
    )
    const step = run.steps.find(({ stepId }) => stepId === 'remove-units')
    expect(step?.error?.message).toContain('Zugriff verweigert')
    expect(step?.error?.message).toContain(`schtasks /Delete /F /TN '${TASK}'`)
    expect(pc.services.registry.list()).toHaveLength(1)
    pc.model.denied.clear()
    expect(await pc.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.left()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'a list of processes that lacks the one that asks proves nothing, a hidden program neither, and a file held open is named',
  async () => {
    await using pc = await startWindows()
    const held = 'C:/Users/ada/.openclaw/openclaw.json'
    const open = pc.hold(held)
    const hidden = { pid: 990_500, parent: 1, name: 'node.exe', line: null, startedMs: 1 }
    using _seen = whenStep(
      pc.services,
      ({ stepId, state }) => stepId === 'remove-units' && state === 'done',
      () => void pc.model.told.push({ ...hidden, owner: SID }),
    )
    const run = await pc.run(await pc.plan({ waiveBackup: true }))
    expect(run.state).toBe('cleaning-up')
    expect(openRows(run)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/\.openclaw: still there/),
        expect.stringMatching(/^Processes of OpenClaw: unknown/),
      ]),
    )
    expect(run.steps.find(({ stepId }) => stepId === 'remove-state')?.error?.message).toMatch(
      /holds \S+openclaw\.json open/,
    )
    open[Symbol.dispose]()
    // Somebody else's is nobody's business.
    pc.model.told.splice(0, 1, { ...hidden, owner: OTHER_SID })
    pc.model.hidesSelf = true
    const again = await pc.resume(run.id)
    expect(again.state).not.toBe('done')
    expect(JSON.stringify([again.error, openRows(again)])).toMatch(/process/i)
    pc.model.hidesSelf = false
    expect(await pc.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.left()).toEqual([])
  },
  3 * MINUTE,
)

test(
  'a deletion whose connection is cut in the midst of it ends in the same proven state after a resume',
  async () => {
    await using pc = await startWindows()
    const { services, server } = pc
    const plan = await pc.plan({ waiveBackup: true })
    using _cut = whenStep(
      services,
      ({ stepId, state }) => stepId === 'uninstall' && state === 'done',
      () => void server.setFault('offline'),
    )
    const run = await pc.run(plan)
    expect(['cleaning-up', 'interrupted']).toContain(run.state)
    expect(services.registry.list()).toHaveLength(1)
    await server.setFault(null)
    expect(await pc.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.powershell.asked).toContain('left')
    expect(pc.left()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'where Node.js goes away in between nothing more is removed, which is told, and goes on once it is back',
  async () => {
    await using pc = await startWindows()
    using _gone = whenStep(
      pc.services,
      ({ stepId, state }) => stepId === 'uninstall' && state === 'done',
      () => pc.loseNode(),
    )
    const run = await pc.run(await pc.plan({ waiveBackup: true }))
    expect(run.state).toBe('cleaning-up')
    const step = run.steps.find(({ stepId }) => stepId === 'remove-state')
    expect(step?.error?.message).toContain('without it OCM removes nothing on Windows')
    expect(openRows(run)).toEqual(expect.arrayContaining([expect.stringMatching(/\.openclaw: still there/)]))
    pc.bringNodeBack()
    expect(await pc.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.left()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'a task that somebody makes anew before the proof is named as what is left, and a second try ends it',
  async () => {
    await using pc = await startWindows()
    using _back = whenStep(
      pc.services,
      ({ stepId, state }) => stepId === 'verify' && state === 'running',
      () => {
        pc.model.tasks.set(TASK, idle('C:\\Windows\\System32\\notepad.exe'))
        pc.powershell.broken.set('witness-ports', 'Get-NetTCPConnection: Access denied')
      },
    )
    const run = await pc.run(await pc.plan({ waiveBackup: true }))
    expect(run.state).toBe('cleaning-up')
    expect(openRows(run)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/OpenClaw Gateway: still there/),
        expect.stringMatching(/^The start of .*OpenClaw Gateway.*still there/),
        expect.stringMatching(/^port \d+.*: unknown/i),
      ]),
    )
    pc.powershell.broken.clear()
    expect(await pc.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.left()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'a quarantine switches the task off and ends what it started, and a release brings back what was',
  async () => {
    await using pc = await startWindows()
    const { deletionPlanner, operations } = pc.services
    const plan = await deletionPlanner.quarantine(pc.nodeId, 7, DeletionOptions.parse({}))
    const started = await operations.run(plan.id, { typedName: 'pc' })
    expect(await operations.settled(started.id)).toMatchObject({ state: 'done', error: null })
    expect(pc.model.tasks.get(TASK)).toMatchObject({ isEnabled: false })
    expect(pc.model.pids).toEqual([])

    // Nobody is logged on: the task cannot start, which is told.
    pc.model.isLoggedOn = false
    const early = await pc.run(await deletionPlanner.release(pc.nodeId))
    expect(early.state).not.toBe('done')
    expect(early.error?.message).toContain('logged on')
    pc.model.isLoggedOn = true
    expect(await pc.run(await deletionPlanner.release(pc.nodeId))).toMatchObject({ state: 'done', error: null })
    expect(pc.model.tasks.get(TASK)).toMatchObject({ isEnabled: true })
    expect(await pc.isLive()).toBe(true)
  },
  2 * MINUTE,
)

test(
  'where an entry of the folder Startup starts it, that goes as a file, and a profile of PowerShell keeps its other lines',
  async () => {
    await using pc = await startWindows({ isStartupEntry: true })
    const profile = pc.real('C:/Users/ada/Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1')
    const { deletionPlanner } = pc.services
    const quarantine = await deletionPlanner.quarantine(pc.nodeId, 7, DeletionOptions.parse({}))
    expect(quarantine.blockers).toMatchObject([{ code: 'startup-entry' }])
    const own = '\\Mine\\claw check'
    pc.model.tasks.set(own, idle('C:\\Users\\ada\\AppData\\Roaming\\npm\\openclaw.cmd health'))
    writeFileSync(profile, `Set-Alias ll dir\r\n${COMPLETION}\r\n`)
    const plan = await pc.plan({ waiveBackup: true })
    expect(plan.deletion?.byHand.map(({ command }) => command)).toContain(`schtasks /Delete /TN '${own}'`)
    const run = await pc.run(plan)
    expect(openRows(run)).toEqual([])
    expect(run).toMatchObject({ state: 'done', error: null })
    expect(run.proof).toContainEqual(expect.objectContaining({ expected: 'left to you', found: 'still there' }))
    expect(pc.left()).toEqual([])
    expect(pc.model.tasks.has(own)).toBe(true)
    expect(readFileSync(profile, 'utf8')).toBe('Set-Alias ll dir\r\n')
    // Something that names OpenClaw stays, so the machine stays.
    expect(pc.services.registry.list()).toHaveLength(1)
  },
  2 * MINUTE,
)
