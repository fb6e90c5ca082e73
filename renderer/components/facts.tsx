import { ago, clockTime, exactTime } from '../lib/format'
import { useNow } from '../lib/now'
import type { Known } from '../../shared/survey'
import { bytesText } from '../../shared/units'

/** How long ago, with the exact moment on hover. */
export function Age({ at }: { readonly at: string }) {
  const nowMs = useNow()
  return (
    <time dateTime={at} title={exactTime(at)}>
      {ago(at, nowMs)}
    </time>
  )
}

/** "as of 14:03", for facts from the last look that worked. */
export function AsOf({ at }: { readonly at: string }) {
  const nowMs = useNow()
  return (
    <time dateTime={at} title={exactTime(at)} className="faint">
      as of {clockTime(at, nowMs)}
    </time>
  )
}

/** A known fact as `children` shows it, or the word unknown with why on hover. Never a made-up number. */
export function Fact<T>({ fact, children }: FactProps<T>) {
  if (fact.state === 'known') return <>{children(fact.value)}</>
  return (
    <span className="unknown" title={fact.why}>
      unknown
    </span>
  )
}

interface FactProps<T> {
  readonly fact: Known<T>
  readonly children: (value: T) => React.ReactNode
}

/** A bar of how much of a whole is used; amber from 80 %, red from 92 %. */
export function UsageBar({ share, label }: { readonly share: number; readonly label: string }) {
  const percent = Math.round(share * 100)
  const tone = share >= 0.92 ? 'critical' : share >= 0.8 ? 'attention' : ''
  return (
    <div
      className={`bar ${tone}`}
      role="meter"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  )
}

/** Bytes with the exact number on hover. */
export function Bytes({ count }: { readonly count: number }) {
  return <span title={`${count.toLocaleString('en')} bytes`}>{bytesText(count)}</span>
}
