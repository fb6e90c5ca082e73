import { Download, Plus } from 'lucide-react'
import { attempt } from '../../actions'
import { Button } from '../../components/controls'
import { useApp } from '../../store/app'

/** The first minute: how it works in one picture, and two ways to begin. */
export function EmptyFleet() {
  const openDialog = useApp(app => app.openDialog)
  return (
    <div className="empty-fleet">
      <HowItWorks />
      <h1>Carry an OpenClaw set-up from one machine to another</h1>
      <p className="soft">
        Add the machines you reach over SSH. Nothing is installed on them. Drag one onto another to see a plan; it runs
        only when you say so, and it is done only when it is proven.
      </p>
      <div className="row wrap centered">
        <Button look="primary" icon={Plus} onPress={() => openDialog({ kind: 'add-node' })}>
          Add a node
        </Button>
        <Button look="quiet" icon={Download} onPress={() => void attempt('nodes.importFile')}>
          Import nodes
        </Button>
      </div>
    </div>
  )
}

/** Two machines and a shelf: drag, look at the plan, run, proof. */
function HowItWorks() {
  return (
    <svg
      className="how"
      viewBox="0 0 520 190"
      role="img"
      aria-label="Drag a machine onto another, look at the plan, run it, and see the proof"
    >
      <g fill="var(--surface)" stroke="var(--line-strong)" strokeWidth="1.2">
        <rect x="10" y="34" width="140" height="92" rx="10" strokeDasharray="5 4" fill="none" />
        <rect x="370" y="34" width="140" height="92" rx="10" />
        <rect x="58" y="12" width="140" height="92" rx="10" stroke="var(--accent)" strokeWidth="1.6" />
      </g>
      <circle cx="78" cy="34" r="5" fill="var(--fine)" />
      <circle cx="390" cy="56" r="5" fill="var(--fine)" />
      <g fill="var(--text-faint)" opacity="0.45">
        <rect x="91" y="30" width="52" height="8" rx="4" />
        <rect x="403" y="52" width="52" height="8" rx="4" />
      </g>
      <g fill="var(--line)">
        <rect x="74" y="54" width="106" height="6" rx="3" />
        <rect x="386" y="76" width="106" height="6" rx="3" />
        <rect x="74" y="74" width="26" height="14" rx="4" />
        <rect x="108" y="74" width="26" height="14" rx="4" />
        <rect x="142" y="74" width="26" height="14" rx="4" />
        <rect x="386" y="96" width="26" height="14" rx="4" />
        <rect x="420" y="96" width="26" height="14" rx="4" />
        <rect x="454" y="96" width="26" height="14" rx="4" />
      </g>
      <rect x="74" y="54" width="60" height="6" rx="3" fill="var(--accent)" />
      <rect x="386" y="76" width="38" height="6" rx="3" fill="var(--accent)" />
      <path
        d="M210 66c44-22 100-22 144 6m0 0-4-12m4 12-12 1"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <g className="how-steps">
        <text x="80" y="166">
          1 Drag
        </text>
        <text x="200" y="166">
          2 Look at the plan
        </text>
        <text x="320" y="166">
          3 Run
        </text>
        <text x="440" y="166">
          4 Proof
        </text>
      </g>
    </svg>
  )
}
