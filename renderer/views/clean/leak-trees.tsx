import { replan } from '../../actions'
import { Checkbox } from '../../components/controls'
import { Section } from '../../components/section'
import { chosenWith, isChosen, PROCESS_WORDS } from '../../lib/cleaning'
import { counted, span } from '../../lib/format'
import type { Cleaning, LeakTree } from '../../../shared/cleaning'
import type { WatchedProcess } from '../../../shared/sample'
import { bytesText } from '../../../shared/units'

interface LeakTreesProps {
  readonly trees: readonly LeakTree[]
  readonly chosen: Cleaning['options']['processes']
}

/** Processes as trees: those that count as leaked, each with why, and those that stay. */
export function LeakTrees({ trees, chosen }: LeakTreesProps) {
  const leaked = trees.filter(({ isLeaked }) => isLeaked)
  const others = trees.filter(({ isLeaked }) => !isLeaked)
  const held = leaked.flatMap(({ processes }) => processes).reduce((sum, { rssBytes }) => sum + rssBytes, 0)
  return (
    <>
      <Section title="What ends" summary={`${counted(leaked.length, 'tree')}, ${bytesText(held)} of memory`} isOpen>
        {leaked.length === 0 && <p className="nothing">No process.</p>}
        <ul className="leak-trees" aria-label="Leaked processes">
          {leaked.map(tree => (
            <li key={tree.rootPid}>
              <Checkbox
                isSelected={isChosen(tree, chosen)}
                onChange={() => void replan({ cleaning: { processes: chosenWith(trees, chosen, tree) } })}
              >
                <TreeTitle tree={tree} />
              </Checkbox>
              <Tree tree={tree} />
            </li>
          ))}
        </ul>
      </Section>
      {others.length > 0 && (
        <Section title="What stays, and why" summary={counted(others.length, 'tree')}>
          <ul className="leak-trees" aria-label="Processes that stay">
            {others.map(tree => (
              <li key={tree.rootPid}>
                <p>
                  <TreeTitle tree={tree} />
                </p>
                <Tree tree={tree} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function TreeTitle({ tree: { family, rootPid, processes } }: { readonly tree: LeakTree }) {
  const age = Math.max(0, ...processes.map(({ ageMs }) => ageMs))
  return (
    <span>
      {PROCESS_WORDS[family]} <span className="soft">pid {rootPid}</span>
      <span className="dot">·</span>
      {span(age)} old
      {processes.length > 1 && (
        <>
          <span className="dot">·</span>
          {counted(processes.length, 'process', 'processes')}
        </>
      )}
    </span>
  )
}

function Tree({ tree }: { readonly tree: LeakTree }) {
  return (
    <ul className="tree">
      {tree.processes.map(process => (
        <Process key={process.pid} process={process} depth={depthOf(process, tree)} />
      ))}
    </ul>
  )
}

/** How far below the top a process stands; a tree is never deep. */
function depthOf(process: WatchedProcess, { processes, rootPid }: LeakTree): number {
  let [depth, at] = [0, process]
  while (at.pid !== rootPid && depth < 5) {
    const parent = processes.find(({ pid }) => pid === at.ppid)
    if (parent === undefined) return depth
    depth += 1
    at = parent
  }
  return depth
}

function Process({ process, depth }: { readonly process: WatchedProcess; readonly depth: number }) {
  const { pid, argv, rssBytes, why } = process
  return (
    <li data-depth={depth}>
      <p className="row">
        <code className="grow selectable">{argv.join(' ')}</code>
        <span className="soft small-text">
          pid {pid}, {bytesText(rssBytes)}
        </span>
      </p>
      <p className="soft small-text">{why.join(' ')}</p>
    </li>
  )
}
