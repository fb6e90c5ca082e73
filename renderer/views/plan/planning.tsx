import { Skeleton } from '../../components/skeleton'
import { useApp } from '../../store/app'

/** Leaves the sheet for where the person was before. */
export function usePlanClose(): () => void {
  const goTo = useApp(app => app.goTo)
  const before = useApp(app => app.before)
  const planClosed = useApp(app => app.planClosed)
  return () => {
    goTo(before)
    planClosed()
  }
}

/** While the plan is made. */
export function Planning() {
  return (
    <>
      <h1>Making the plan</h1>
      <p className="soft">The nodes are looked at once more. Nothing changes on them.</p>
      <Skeleton count={3} className="stack" />
    </>
  )
}
