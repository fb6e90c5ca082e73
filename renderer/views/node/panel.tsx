/** A titled group of facts. */
export function Panel({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
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
