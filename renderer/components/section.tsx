import { ChevronRight } from 'lucide-react'
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'

interface SectionProps {
  readonly title: string
  readonly summary?: React.ReactNode
  readonly isOpen?: boolean
  readonly children: React.ReactNode
}

/** A folding part of a sheet: its heading says how much is inside. */
export function Section({ title, summary, isOpen = false, children }: SectionProps) {
  return (
    <Disclosure className="section" defaultExpanded={isOpen}>
      <Heading level={2}>
        <Button slot="trigger" className="section-head">
          <ChevronRight size={15} aria-hidden="true" />
          <span>{title}</span>
          {summary !== undefined && <span className="section-summary">{summary}</span>}
        </Button>
      </Heading>
      <DisclosurePanel className="section-panel">{children}</DisclosurePanel>
    </Disclosure>
  )
}
