import { Bytes } from '../../components/facts'
import type { LeftOut } from '../../../shared/survey'

/** What is not carried, and why. */
export function LeftOutList({ leftOut }: { readonly leftOut: readonly LeftOut[] }) {
  return (
    <ul className="lines">
      {leftOut.map(({ path, why, bytes }) => (
        <li key={path}>
          <code className="grow clip" title={path}>
            {path}
          </code>
          <span className="soft">{why}</span>
          <span className="carried-size">
            <Bytes count={bytes} />
          </span>
        </li>
      ))}
    </ul>
  )
}
