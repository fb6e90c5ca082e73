import { Bytes, Fact, UsageBar } from '../../components/facts'
import { span } from '../../lib/format'
import { METHODS } from '../../lib/words'
import type { NodeView } from '../../../shared/contract'
import { Facts, Line, Panel } from './panel'

/** The machine under the set-up. */
export function Machine({ view }: { readonly view: NodeView }) {
  const { survey, record } = view
  if (survey === null) return null
  const { os, nodes, openclaw, disk, linger, serviceManager, tookMs } = survey
  return (
    <Panel title="Machine">
      <Fact fact={disk}>
        {({ totalBytes, freeBytes }) => (
          <div className="disk-line">
            <UsageBar share={totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes} label={`Disk of ${record.label}`} />
            <p className="soft small-text">
              <Bytes count={freeBytes} /> free of <Bytes count={totalBytes} />
            </p>
          </div>
        )}
      </Fact>
      <Facts>
        {disk.state === 'unknown' && (
          <Line name="Disk">
            <Fact fact={disk}>{() => null}</Fact>
          </Line>
        )}
        <Line name="System">
          {os.name}, {os.arch}
        </Line>
        <Line name="User">
          {os.user} <span className="faint">in {os.home}</span>
        </Line>
        <Line name="OpenClaw">
          <Fact fact={openclaw}>
            {install => (install === null ? 'Not installed' : `${install.version} (${METHODS[install.method]})`)}
          </Fact>
        </Line>
        {nodes.map(({ path, version, from }) => (
          <Line key={path} name="Node.js">
            {version} <span className="faint">from {from}</span>
          </Line>
        ))}
        <Line name="Services">{serviceManager === 'none' ? 'No service manager' : serviceManager}</Line>
        <Line name="Linger">
          <Fact fact={linger}>{isOn => (isOn ? 'On: runs without a login' : 'Off: stops at logout')}</Fact>
        </Line>
        <Line name="Survey">took {span(tookMs)}</Line>
      </Facts>
    </Panel>
  )
}
