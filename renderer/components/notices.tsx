import { X } from 'lucide-react'
import { useEffect } from 'react'
import { SECOND } from '../../shared/units'
import { useApp } from '../store/app'
import type { Notice } from '../store/window'
import { IconButton } from './controls'

/** Short messages in the corner, and a silent line for screen readers. React Aria keeps live regions reachable while dragging. */
export function Notices() {
  const notices = useApp(app => app.notices)
  const announcement = useApp(app => app.announcement)
  return (
    <>
      <div className="visually-hidden" aria-live="polite" data-live-announcer="true">
        {announcement}
      </div>
      <section className="notices" aria-label="Notices" aria-live="polite">
        {notices.map(notice => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </section>
    </>
  )
}

/** Good news leaves by itself; what needs reading stays until it is closed. */
const GOOD_NEWS_MS = 6 * SECOND

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const dismiss = useApp(app => app.dismiss)
  const { id, tone } = notice
  useEffect(() => {
    if (tone !== 'fine') return undefined
    const timer = setTimeout(() => dismiss(id), GOOD_NEWS_MS)
    return () => clearTimeout(timer)
  }, [id, tone, dismiss])
  return (
    <div className={`notice ${tone}`}>
      <div className="grow">
        <p className="title">{notice.title}</p>
        {notice.text !== '' && <p className="soft selectable">{notice.text}</p>}
      </div>
      <IconButton icon={X} label="Dismiss" size="small" onPress={() => dismiss(id)} />
    </div>
  )
}
