import type { PublicError } from '../../shared/errors'
import { useApp } from '../store/app'
import { Button } from './controls'

/** Without the backup key there is nothing to go on with: where it is asked for is one press away. */
export function WayToKey({ problem }: { readonly problem: PublicError }) {
  const goTo = useApp(app => app.goTo)
  return problem.code === 'key-missing' ? (
    <Button onPress={() => goTo({ view: 'backups' })}>Unlock the backups…</Button>
  ) : null
}
