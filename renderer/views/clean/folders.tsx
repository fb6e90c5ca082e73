import { useState } from 'react'
import { Button, LinkButton } from '../../components/controls'
import { Bytes } from '../../components/facts'
import { KEPT_WORDS, ORPHAN_WORDS } from '../../lib/cleaning'
import { count, counted, span } from '../../lib/format'
import type { OrphanGroup } from '../../../shared/cleaning'

/** So many folders are shown at first. */
const SHOWN = 12

const keyOf = ({ folder, family }: OrphanGroup): string => `${folder} ${family}`

/** What would go, folder by folder. */
export function OrphanFolders({ groups }: { readonly groups: readonly OrphanGroup[] }) {
  const [isWhole, setIsWhole] = useState(false)
  const full = [...groups].filter(({ count: files }) => files > 0).sort((a, b) => b.bytes - a.bytes)
  const shown = isWhole ? full : full.slice(0, SHOWN)
  if (full.length === 0) return <p className="nothing">No file.</p>
  return (
    <>
      <ul className="orphan-folders" aria-label="Folders">
        {shown.map(group => (
          <Folder key={keyOf(group)} group={group} />
        ))}
      </ul>
      {shown.length < full.length && (
        <Button size="small" look="quiet" onPress={() => setIsWhole(true)}>
          Show {counted(full.length - shown.length, 'more folder')}
        </Button>
      )}
    </>
  )
}

function Folder({ group }: { readonly group: OrphanGroup }) {
  const [isOpen, setIsOpen] = useState(false)
  const { folder, family, count: files, bytes, oldestAgeMs, newestAgeMs, examples, agent, profile } = group
  return (
    <li>
      <div className="row wrap orphan-folder">
        <code className="grow selectable">{folder}</code>
        <span>{counted(files, 'file')}</span>
        <span className="carried-size">
          <Bytes count={bytes} />
        </span>
      </div>
      <p className="row wrap soft small-text">
        <span className="grow">
          {ORPHAN_WORDS[family].name}
          {agent !== null && `, agent ${agent}`}
          {profile !== 'default' && `, profile ${profile}`}; oldest {span(oldestAgeMs)}, newest {span(newestAgeMs)}
        </span>
        {examples.length > 0 && (
          <LinkButton
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Hide names' : 'Show names'}: largest files in ${folder}`}
            onPress={() => setIsOpen(!isOpen)}
          >
            {isOpen ? 'Hide names' : 'Show names'}
          </LinkButton>
        )}
      </p>
      {isOpen && (
        <ul className="orphan-names" aria-label={`Largest files in ${folder}`}>
          {examples.map(({ name, bytes: size, ageMs }) => (
            <li key={name} className="row">
              <code className="grow selectable">{name}</code>
              <span className="soft small-text">
                <Bytes count={size} />, {span(ageMs)} old
              </span>
            </li>
          ))}
          {files > examples.length && (
            <li className="faint small-text">and {count(files - examples.length)} smaller ones</li>
          )}
        </ul>
      )}
    </li>
  )
}

/** What looks alike and stays. */
export function Kept({ groups }: { readonly groups: readonly OrphanGroup[] }) {
  return (
    <ul className="lines" aria-label="What stays">
      {groups.flatMap(group =>
        group.kept.map(({ why, count: files, bytes, example }) => (
          <li key={`${keyOf(group)} ${why}`}>
            <span className="grow kept-words">
              {counted(files, 'file')}: {KEPT_WORDS[why]}
              <span className="soft block">
                <code>{example}</code> in <code>{group.folder}</code>
              </span>
            </span>
            <span className="carried-size">
              <Bytes count={bytes} />
            </span>
          </li>
        )),
      )}
    </ul>
  )
}
