import { useCallback, useEffect, useState } from 'react'
import type { PublicError } from '../../shared/errors'
import type { TestStage } from '../../shared/node'
import type { StepState } from '../../shared/plan'
import { checkNode } from '../actions'
import { call, problemOf } from '../api'
import { Button } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { StepGlyph } from '../components/glyph'
import { Problem } from '../components/problem'
import { STAGE_ORDER, STAGES } from '../lib/words'
import { useApp } from '../store/app'
import { HostKeyPanel } from './host-key-panel'

interface TestNodeProps {
  readonly nodeId: string
  readonly onClose: () => void
}

/** Tests the connection stage by stage, as it happens; asks for the host key on first contact. */
export function TestNode({ nodeId, onClose }: TestNodeProps) {
  const view = useApp(app => app.nodes[nodeId])
  const stages = useApp(app => app.stages[nodeId])
  const openDialog = useApp(app => app.openDialog)
  const { run, isRunning, problem, isFine } = useTest(nodeId)
  useEffect(() => void run(), [run])
  if (view === undefined) return null
  const byName = new Map((stages ?? []).map(stage => [stage.stage, stage]))
  const hostKey = isRunning ? undefined : byName.get('host-key')
  const isAsking = hostKey?.state === 'ask' || hostKey?.state === 'changed'
  // While a key is to be compared, stages that were not asked would only push it out of sight.
  const shown = STAGE_ORDER.filter(name => !isAsking || byName.get(name)?.state !== 'skipped')
  const { label } = view.record
  return (
    <DialogShell title={`Test ${label}`} onClose={onClose}>
      <ol className="stages" aria-label="Stages" aria-busy={isRunning}>
        {shown.map(name => (
          <StageRow key={name} name={STAGES[name]} stage={byName.get(name)} />
        ))}
      </ol>
      {problem !== null && <Problem problem={problem} />}
      {isAsking && (
        <HostKeyPanel nodeId={nodeId} label={label} stage={hostKey} onTrusted={() => void run()} onCancel={onClose} />
      )}
      {!isAsking && (
        <div className="dialog-actions">
          {isFine && (
            <p className="grow done-words" role="status">
              Everything answers. {label} is on the board.
            </p>
          )}
          {!isFine && !isRunning && (
            <>
              <Button onPress={() => openDialog({ kind: 'edit-node', nodeId })}>Edit node</Button>
              <Button onPress={() => void run()}>Test again</Button>
            </>
          )}
          <Button look={isFine ? 'primary' : 'plain'} onPress={onClose}>
            {isFine ? 'Done' : 'Close'}
          </Button>
        </div>
      )}
    </DialogShell>
  )
}

function useTest(nodeId: string) {
  const [isRunning, setIsRunning] = useState(true)
  const [isFine, setIsFine] = useState(false)
  const [problem, setProblem] = useState<PublicError | null>(null)
  const run = useCallback(async () => {
    const app = useApp.getState()
    app.stagesCleared(nodeId)
    setIsRunning(true)
    setIsFine(false)
    setProblem(null)
    try {
      const verdicts = await call('nodes.test', { nodeId })
      for (const stage of verdicts) app.stageArrived(nodeId, stage)
      const hasLogin = verdicts.some(({ stage, state }) => stage === 'login' && state === 'ok')
      setIsFine(verdicts.every(({ state }) => state === 'ok'))
      if (hasLogin) void checkNode(nodeId)
    } catch (error) {
      setProblem(problemOf(error))
    }
    setIsRunning(false)
  }, [nodeId])
  return { run, isRunning, isFine, problem }
}

const AS_STEP: Readonly<Record<TestStage['state'], StepState>> = {
  running: 'running',
  ok: 'done',
  failed: 'failed',
  ask: 'needs-you',
  changed: 'failed',
  skipped: 'skipped',
}

const STATE_WORDS: Readonly<Record<TestStage['state'], string>> = {
  running: 'Asking',
  ok: 'Yes',
  failed: 'No',
  ask: 'Needs you',
  changed: 'Changed',
  skipped: 'Not asked',
}

function StageRow({ name, stage }: { readonly name: string; readonly stage: TestStage | undefined }) {
  return (
    <li className="stage-row" data-state={stage?.state ?? 'waiting'}>
      <StepGlyph state={stage === undefined ? 'waiting' : AS_STEP[stage.state]} />
      <div className="grow">
        <span className="stage-name">{name}</span>
        {stage !== undefined && stage.state !== 'skipped' && <p className="soft selectable">{stage.text}</p>}
        {stage?.hint !== undefined && <p className="selectable">{stage.hint}</p>}
      </div>
      <span className="faint">{stage === undefined ? 'Waiting' : STATE_WORDS[stage.state]}</span>
    </li>
  )
}
