import { Eye, RotateCcw, Save } from 'lucide-react'
import { useState } from 'react'
import { call, problemOf } from '../../api'
import { Button } from '../../components/controls'
import { Problem } from '../../components/problem'
import { counted } from '../../lib/format'
import { RULE_ORDER, withValue } from '../../lib/rules'
import type { Output } from '../../../shared/contract'
import type { PublicError } from '../../../shared/errors'
import type { RuleChanges, RuleId } from '../../../shared/watch'
import { RuleRow } from './rule-row'
import { WouldFire } from './would-fire'

interface RulesEditorProps {
  /** The node whose rules these are; null for the rules of all. */
  readonly nodeId: string | null
  /** What is set now. */
  readonly saved: RuleChanges
  /** What holds below it: for a node, the rules of all. */
  readonly below: readonly RuleChanges[]
  readonly mutedRules: readonly RuleId[]
  /** Keeps them; throws what main says against it. */
  readonly onSave: (rules: RuleChanges) => Promise<void>
  readonly onMute: (rule: RuleId, isMuted: boolean) => void
}

type Preview = Output<'watch.wouldFire'>

/** All rules with their limits. Nothing holds until it is saved; before that, "would have fired" shows what it would mean. */
export function RulesEditor({ nodeId, saved, below, mutedRules, onSave, onMute }: RulesEditorProps) {
  const [draft, setDraft] = useState<RuleChanges | null>(null)
  const [wrong, setWrong] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<PublicError | null>(null)
  const [preview, setPreview] = useState<Preview | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const rules = draft ?? saved
  const isChanged = draft !== null && JSON.stringify(draft) !== JSON.stringify(saved)
  const forget = () => {
    setDraft(null)
    setWrong([])
    setProblem(null)
    setPreview(null)
  }
  const attemptTo = async (work: () => Promise<void>) => {
    setIsBusy(true)
    setProblem(null)
    await work().catch((error: unknown) => setProblem(problemOf(error)))
    setIsBusy(false)
  }
  const look = () => attemptTo(async () => setPreview(await call('watch.wouldFire', { nodeId, rules })))
  const save = () =>
    attemptTo(async () => {
      await onSave(rules)
      forget()
    })
  const isBad = wrong.length > 0
  return (
    <div className="stack rules">
      <ul className="rule-list" aria-label={nodeId === null ? 'Rules for all nodes' : 'Rules of this node'}>
        {RULE_ORDER.map(rule => (
          <RuleRow
            key={rule}
            rule={rule}
            layers={[...below, rules]}
            own={rules[rule]}
            isMuted={mutedRules.includes(rule)}
            onMute={isMuted => onMute(rule, isMuted)}
            onSet={(key, value) => setDraft(withValue(rules, below, [rule, key, value]))}
            onReset={() => {
              const { [rule]: _own, ...rest } = rules
              setDraft(rest)
            }}
            onWrong={(key, isWrong) => {
              const name = `${rule} ${key}`
              setWrong(list => (isWrong ? [...new Set([...list, name])] : list.filter(one => one !== name)))
            }}
          />
        ))}
      </ul>
      {problem !== null && <Problem problem={problem} />}
      {preview !== null && <WouldFire found={preview} isOfNode={nodeId !== null} />}
      <div className="row wrap rule-foot">
        <Button icon={Eye} isDisabled={isBusy || isBad} onPress={() => void look()}>
          Would have fired…
        </Button>
        <span className="grow soft" role="status">
          {isBad ? `${counted(wrong.length, 'value')} cannot hold` : isChanged ? 'Not saved yet' : ''}
        </span>
        {(isChanged || isBad) && (
          <Button icon={RotateCcw} look="quiet" onPress={forget}>
            Discard
          </Button>
        )}
        <Button icon={Save} isDisabled={!isChanged || isBad || isBusy} onPress={() => void save()}>
          Save rules
        </Button>
      </div>
    </div>
  )
}
