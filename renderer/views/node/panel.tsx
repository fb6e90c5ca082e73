interface PanelProps {
  readonly title: string
  /** Lets other parts of the page lead here. */
  readonly id?: string
  readonly children: React.ReactNode
}

/** A titled group of facts. */
export function Panel({ title, id, children }: PanelProps) {
  return (
    <section className="panel" aria-label={title} {...(id !== undefined && { id, tabIndex: -1 })}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** The id of a profile's panel on the page of its node. */
export function partId(part: 'sizes' | 'set-up', profile: string): string {
  return `${part}-${profile}`
}

/** Names and values, one per line. */
export function Facts({ children }: { readonly children: React.ReactNode }) {
  return <dl className="panel-facts">{children}</dl>
}

interface LineProps {
  readonly name: string
  readonly children: React.ReactNode
}

/** One line of facts. */
export function Line({ name, children }: LineProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
